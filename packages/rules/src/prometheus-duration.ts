// Prometheus' own durations (prometheus/common, model.ParseDuration): whole numbers, units from great to small, each at
// most once. Stricter than the durations of jaegis.yaml, because rule files must mean the same in both programs.
const form = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const unitsMs = [31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1_000, 1] as const;
const names = ['y', 'w', 'd', 'h', 'm', 's', 'ms'] as const;
/** Prometheus keeps nanoseconds in 63 bits; more is refused. */
const mostMs = 9_223_372_036_854;

/** Milliseconds, or `undefined` when the text is none. */
export function parsePrometheusDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const parts = text === '' ? null : form.exec(text);
  if (parts === null) return undefined;
  let total = 0;
  for (const [index, unitMs] of unitsMs.entries()) total += Number(parts[index + 1] ?? 0) * unitMs;
  return total > mostMs ? undefined : total;
}

/** The text that Prometheus would write: `1h30m`; years and weeks only where they divide the whole. */
export function formatPrometheusDuration(ms: number): string {
  if (ms === 0) return '0s';
  let rest = Math.round(ms);
  let text = '';
  for (const [index, unitMs] of unitsMs.entries()) {
    const mustDivide = index < 3;
    if (rest < unitMs || (mustDivide && rest % unitMs !== 0)) continue;
    text += `${Math.floor(rest / unitMs)}${names[index]}`;
    rest %= unitMs;
  }
  return text;
}

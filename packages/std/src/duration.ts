const unitMs: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};
const whole = /^(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+$/;
const part = /(\d+(?:\.\d+)?)(ms|[smhdwy])/g;

/** Parses a Prometheus duration (`30s`, `1h30m`, `500ms`) to milliseconds; `undefined` when it is none. A bare number is not a duration. */
export function parseDurationMs(text: string): number | undefined {
  if (!whole.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(part)) total += Number(amount) * unitMs[unit!]!;
  return total;
}

/** Writes milliseconds the way a person would: `340ms`, `12.5s`, `5m`, `1h30m`, `2d`. Two units at most. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return 'forever';
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${trimZero((ms / 1_000).toFixed(ms < 10_000 ? 1 : 0))}s`;
  const units: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ];
  let rest = Math.round(ms / 1_000) * 1_000;
  const parts: string[] = [];
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    if (count > 0 && parts.length < 2) parts.push(`${count}${name}`);
    else if (parts.length > 0) break;
    rest -= count * size;
  }
  return parts.join('');
}

function trimZero(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}

/** The palette of tokens.css has this many series colours. */
const paletteSize = 8;

/** Signals that are drawn together have colours of their own; the same everywhere. */
const fixed: Readonly<Record<string, number>> = {
  request_rate: 0,
  throughput: 1,
  latency_p50: 1,
  latency_p95: 0,
  latency_p99: 2,
  latency_mean: 7,
  error_rate: 6,
  queue_length: 3,
  in_flight: 7,
  cpu_utilization: 0,
  memory_bytes: 2,
  memory_utilization: 2,
  saturation: 3,
  tokens_rate: 1,
  cost_rate: 3,
};

/** The slot of the palette that a series has on every chart: given for signals, else from its name (FNV-1a). */
export function colorSlot(name: string): number {
  const given = fixed[name];
  if (given !== undefined) return given;
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return ((hash >>> 16) ^ (hash & 0xffff)) % paletteSize;
}

/** For CSS and SVG. */
export function seriesColor(name: string): string {
  return `var(--s${colorSlot(name)})`;
}

const resolved = new Map<string, string>();
let resolvedFor = '';

/** For a canvas, which does not know custom properties: the value of `--name` in the theme now. */
export function cssColor(variable: string): string {
  const theme = document.documentElement.dataset['theme'] ?? '';
  if (theme !== resolvedFor) {
    resolved.clear();
    resolvedFor = theme;
  }
  let value = resolved.get(variable);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
    resolved.set(variable, value);
  }
  return value;
}

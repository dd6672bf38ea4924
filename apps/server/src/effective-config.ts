import type { JaegisConfig, ServerOptions } from '@jaegis/model';

// Durations are milliseconds in the program; these fields hold them. They are written back as durations, so that what is
// printed can be read again as a configuration.
const durationFields = new Set([
  'startup',
  'memory_warm_up',
  'drain_deadline',
  'period',
  'stabilizationWindow',
  'interval',
  'query_offset',
  'batch_deadline',
  'min_backoff',
  'max_backoff',
  'sample_age_limit',
  'timeout',
  'latency',
  'max_latency',
  'for',
  'resolve_after',
  'group_window',
  'heartbeat_interval',
  'supervised_heartbeat_interval',
  'retention_raw',
  'retention_1m',
  'retention_1h',
  'block_window',
  'out_of_order_window',
]);

const passwordInUrl = /^(https?:\/\/[^/?#@:]*:)[^/?#]*@/;

/**
 * The configuration with every default filled in, in the words of the file. The token, the values of headers and passwords
 * in addresses are left out: this gets pasted.
 */
export function effectiveConfig(config: JaegisConfig, options: ServerOptions): Record<string, unknown> {
  const { token: _secret, ...server } = options;
  return withDurations({ ...config, server }) as Record<string, unknown>;
}

function withDurations(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withDurations(item));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([name, item]) => [name, name === 'headers' ? withoutSecrets(item) : withDurations(item, name)]),
    );
  if (typeof value === 'string') return value.replace(passwordInUrl, '$1(left out)@');
  return typeof value === 'number' && durationFields.has(field) ? exactDuration(value) : value;
}

function withoutSecrets(headers: unknown): Record<string, string> {
  return Object.fromEntries(Object.keys(headers as object).map((name) => [name, '(left out)']));
}

/** Loses nothing: the largest unit that divides it. */
export function exactDuration(ms: number): string {
  const units: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ];
  const [name, size] = units.find(([, unitMs]) => ms > 0 && ms % unitMs === 0) ?? ['ms', 1];
  return `${ms / size}${name}`;
}

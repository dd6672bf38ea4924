/**
 * A pool's signals from its agents'. Rates, errors and durations come from the pool's own RED window, because percentiles
 * cannot be averaged. Amounts are summed, utilizations averaged, over the agents whose value is fresh. Where some agents
 * are silent the sum is extended in proportion (their work did not vanish with their telemetry); where more than half are
 * silent the answer is `null`: not known, which never shrinks a pool.
 * Bad at: pools whose agents do very different amounts of work, while some of them are silent.
 */
import type { SignalName, Signals, SignalValue } from '@jaegis/model';
import type { RedReading } from './signals.ts';

const sums: readonly SignalName[] = [
  'request_rate',
  'throughput',
  'queue_length',
  'in_flight',
  'progress_rate',
  'memory_bytes',
  'network_bytes',
  'disk_bytes',
  'tokens_rate',
  'cost_rate',
];
const means: readonly SignalName[] = ['cpu_utilization', 'memory_utilization', 'saturation'];
/** Without spans the worst agent's figure bounds the pool's from above. */
const worsts: readonly SignalName[] = ['latency_p50', 'latency_p95', 'latency_p99', 'latency_own', 'recovery_time'];
/** Two missed default heartbeats and some slack. */
const defaultMaxAgeMs = 75_000;

/**
 * A pool's signals at `now` (epoch milliseconds), in the units of `model`'s `signals`. A value older than `maxAgeMs` counts as
 * not known; so does a sum or a mean of which more than half of the agents say nothing.
 */
export function aggregatePoolSignals(
  agents: Iterable<Signals>,
  red: RedReading | undefined,
  now: number,
  o: { maxAgeMs?: number } = {},
): Signals {
  const maxAgeMs = o.maxAgeMs ?? defaultMaxAgeMs;
  const all = [...agents];
  const out: Partial<Record<SignalName, SignalValue>> = {};
  for (const name of sums) put(out, name, gather(all, name, { now, maxAgeMs }), (known) => known.sum * known.extend);
  for (const name of means) put(out, name, gather(all, name, { now, maxAgeMs }), (known) => known.sum / known.count);
  for (const name of worsts) put(out, name, gather(all, name, { now, maxAgeMs }), (known) => known.largest);
  if (red === undefined) {
    weigh(out, 'latency_mean', { all, now, maxAgeMs });
    weigh(out, 'error_rate', { all, now, maxAgeMs });
    if (out.error_rate !== undefined) {
      const { value, at } = out.error_rate;
      out.success_rate = { value: value === null ? null : 1 - value, at };
    }
    return out;
  }
  const exact: readonly (readonly [SignalName, number | null | undefined])[] = [
    ['request_rate', red.requestRate],
    ['throughput', red.throughput],
    ['error_rate', red.errorRate],
    ['success_rate', red.errorRate === null ? null : 1 - red.errorRate],
    ['latency_mean', red.mean],
    ['latency_p50', red.p50],
    ['latency_p95', red.p95],
    ['latency_p99', red.p99],
    ['latency_own', red.own],
    ['tokens_rate', red.tokensRate],
    ['cost_rate', red.costRate],
  ];
  for (const [name, value] of exact) {
    if (value === undefined) continue;
    // Where the pool's own window does not know, its agents' rates added up do.
    if (value === null && out[name] !== undefined && name !== 'error_rate' && sums.includes(name)) continue;
    out[name] = { value, at: now };
  }
  return out;
}

interface Known {
  readonly sum: number;
  readonly count: number;
  readonly largest: number;
  /** Agents that have the signal, known or not, over those that know it. */
  readonly extend: number;
  readonly at: number;
  readonly isEnough: boolean;
}

function gather(agents: readonly Signals[], name: SignalName, o: { now: number; maxAgeMs: number }): Known | undefined {
  let sum = 0;
  let count = 0;
  let having = 0;
  let largest = Number.NEGATIVE_INFINITY;
  let at = 0;
  for (const signals of agents) {
    const signal = signals[name];
    if (signal === undefined) continue;
    having++;
    if (signal.at > at) at = signal.at;
    if (signal.value === null || !Number.isFinite(signal.value) || o.now - signal.at > o.maxAgeMs) continue;
    sum += signal.value;
    count++;
    if (signal.value > largest) largest = signal.value;
  }
  if (having === 0) return undefined;
  return {
    sum,
    count,
    largest,
    extend: count > 0 ? having / count : 1,
    at,
    isEnough: count > 0 && 2 * count >= having,
  };
}

function put(
  out: Partial<Record<SignalName, SignalValue>>,
  name: SignalName,
  known: Known | undefined,
  value: (known: Known) => number,
): void {
  if (known !== undefined) out[name] = { value: known.isEnough ? value(known) : null, at: known.at };
}

/** A mean weighed by requests: right for means and ratios, never for percentiles. */
function weigh(
  out: Partial<Record<SignalName, SignalValue>>,
  name: SignalName,
  o: { all: readonly Signals[]; now: number; maxAgeMs: number },
): void {
  let sum = 0;
  let weight = 0;
  let at = 0;
  let has = false;
  for (const signals of o.all) {
    const signal = signals[name];
    if (signal === undefined) continue;
    has = true;
    if (signal.at > at) at = signal.at;
    if (signal.value === null || o.now - signal.at > o.maxAgeMs) continue;
    const requests = signals.request_rate?.value ?? signals.throughput?.value ?? 1;
    sum += signal.value * requests;
    weight += requests;
  }
  if (has) out[name] = { value: weight > 0 ? sum / weight : null, at };
}

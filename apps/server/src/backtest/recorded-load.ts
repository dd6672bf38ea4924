/** What was recorded of a pool, on the grid of a backtest: its demand, and the replicas that it really had. */
import { signalMetric } from '@jaegis/model';
import type { MetricsStore } from '@jaegis/tsdb';

export interface Stretch {
  /** Epoch milliseconds; `to` is left out. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

export interface RecordedLoad {
  /** Begins with the first step that has a recording; the rate of a gap is the one before it. */
  readonly demand: Float64Array;
  readonly startAt: number;
  /** For each step of `demand`, whether it was recorded. */
  readonly isRecorded: Uint8Array;
  /** Ready, starting and draining replicas together; NaN where not known. */
  readonly replicas: Float64Array;
}

/** Reports come every few seconds, not on our grid: a step without one is no gap yet. */
const gapMs = 20_000;
const replicaStates = ['ready', 'pending', 'draining'];

/** `undefined` where no demand of the pool was ever recorded in that stretch. */
export function recordedLoad(store: MetricsStore, pool: string, stretch: Stretch): RecordedLoad | undefined {
  const [demand] = means(store, stretch, {
    __name__: signalMetric.pool,
    pool,
    signal: 'request_rate',
  }).values();
  const first = demand?.findIndex((rate) => !Number.isNaN(rate)) ?? -1;
  if (demand === undefined || first === -1) return undefined;
  const isRecorded = new Uint8Array(demand.length - first);
  const filled = demand.slice(first);
  let newest = 0;
  for (let k = 0; k < filled.length; k++) {
    if (Number.isNaN(filled[k]!)) filled[k] = filled[k - 1]!;
    else {
      filled[k] = Math.max(0, filled[k]!);
      newest = k;
    }
    isRecorded[k] = (k - newest) * stretch.stepMs < gapMs ? 1 : 0;
  }
  const byState = means(store, stretch, { __name__: 'jaegis_pool_replicas', pool });
  const replicas = new Float64Array(filled.length);
  for (const state of replicaStates) {
    const counts = byState.get(state);
    for (let k = 0; k < replicas.length; k++) replicas[k] = replicas[k]! + (counts?.[first + k] ?? Number.NaN);
  }
  return { demand: filled, startAt: stretch.from + first * stretch.stepMs, isRecorded, replicas };
}

/** The mean of each series in each step, NaN where nothing was seen, by its label `state` (or empty). */
function means(
  store: MetricsStore,
  { from, to, stepMs }: Stretch,
  labels: Readonly<Record<string, string>>,
): Map<string, Float64Array> {
  const matchers = Object.entries(labels).map(([name, value]) => ({ name, op: '=' as const, value }));
  const size = Math.max(0, Math.floor((to - from) / stepMs));
  const found = new Map<string, Float64Array>();
  for (const series of store.select(matchers, from, to - 1)) {
    const sums = new Float64Array(size);
    const counts = new Float64Array(size);
    for (let i = 0; i < series.timestamps.length; i++) {
      const k = Math.floor((series.timestamps[i]! - from) / stepMs);
      const value = series.values[i]!;
      if (k < 0 || k >= size || !Number.isFinite(value)) continue;
      sums[k] = sums[k]! + value;
      counts[k] = counts[k]! + 1;
    }
    found.set(
      series.labels['state'] ?? '',
      sums.map((sum, k) => (counts[k] === 0 ? Number.NaN : sum / counts[k]!)),
    );
  }
  return found;
}

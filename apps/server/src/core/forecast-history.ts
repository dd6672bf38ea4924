import type { History } from '@jaegis/analytics';
import { type SignalName, signalMetric } from '@jaegis/model';
import type { Fleet } from './fleet.ts';
import type { Reach } from './forecast-reaches.ts';

/** The signal's means on the reach's grid up to the last whole step, NaN where nothing was seen; `undefined` when nothing is known. */
export function historyOf(
  fleet: Fleet,
  o: { pool: string; signal: SignalName; reach: Reach },
  now: number,
): History | undefined {
  const { stepMs, historyPoints } = o.reach;
  const end = Math.floor(now / stepMs) * stepMs;
  const from = end - historyPoints * stepMs;
  const matchers = [
    { name: '__name__', op: '=', value: signalMetric.pool },
    { name: 'pool', op: '=', value: o.pool },
    { name: 'signal', op: '=', value: o.signal },
  ] as const;
  // Means of a step are wanted: where a step is many minutes wide, the store may answer from its rollups.
  const hints = { func: 'avg_over_time', stepMs, rangeMs: Math.max(stepMs, 6 * stepMs) };
  const [series] = fleet.store.select(matchers, from + 1, end, o.reach.name === 'hour' ? {} : { hints });
  if (series === undefined || series.timestamps.length === 0) return undefined;
  const first = Math.max(0, Math.floor((series.timestamps[0]! - from - 1) / stepMs));
  const sums = new Float64Array(historyPoints - first);
  const counts = new Float64Array(historyPoints - first);
  for (let i = 0; i < series.timestamps.length; i++) {
    const slot = Math.floor((series.timestamps[i]! - from - 1) / stepMs) - first;
    const value = series.values[i]!;
    if (slot < 0 || slot >= sums.length || Number.isNaN(value)) continue;
    sums[slot] = sums[slot]! + value;
    counts[slot] = counts[slot]! + 1;
  }
  // Slot k covers (from + k*step, from + (k+1)*step] and is named by its end.
  return {
    start: from + (first + 1) * stepMs,
    stepMs,
    values: sums.map((sum, i) => (counts[i] === 0 ? Number.NaN : sum / counts[i]!)),
  };
}

/**
 * Finds resets of counters that are histograms: the count, the zero bucket or any bucket went down, or the resolution went
 * up, which no counter does by itself. A hint that came with the sample is believed.
 */
import type { SelectedSeries } from '../evaluate/select-source.ts';
import { equalNumbers, type FloatHistogram, usesCustomBuckets } from './float-histogram.ts';
import { reconcile, toSchema, zeroBucketUpTo } from './resolution.ts';

/** True when the counter was reset between `previous` and `current`. */
export function isReset(current: FloatHistogram, previous: FloatHistogram): boolean {
  if (current.resetHint === 'reset') return true;
  if (current.resetHint === 'not_reset') return false;
  return countsDropped(current, previous);
}

/** The same, whatever the hint says. */
export function countsDropped(current: FloatHistogram, previous: FloatHistogram): boolean {
  if (current.count < previous.count) return true;
  if (usesCustomBuckets(current) !== usesCustomBuckets(previous)) return true;
  if (usesCustomBuckets(current)) {
    if (equalNumbers(current.customValues, previous.customValues)) return anyDropped(current, previous);
    const same = reconcile([current, previous])!.histograms;
    return anyDropped(same[0]!, same[1]!);
  }
  if (current.schema > previous.schema || current.zeroThreshold < previous.zeroThreshold) return true;
  const zero = zeroBucketUpTo(previous, current.zeroThreshold);
  if (zero.threshold !== current.zeroThreshold || current.zeroCount < zero.count) return true;
  const [now, before] = reconcile([current, toSchema(previous, current.schema)])!.histograms;
  return anyDropped(now!, before!);
}

function anyDropped(current: FloatHistogram, previous: FloatHistogram): boolean {
  for (const side of ['positive', 'negative'] as const) {
    const now = new Map(current[side].indices.map((index, i) => [index, current[side].counts[i]!]));
    if (previous[side].indices.some((index, i) => (now.get(index) ?? 0) < previous[side].counts[i]!)) return true;
  }
  return false;
}

/** Each sample compared with the one before it, as it is done for those who only ask for count and sum. */
export function markResets(series: SelectedSeries): SelectedSeries {
  const { histograms } = series;
  if (histograms === undefined) return series;
  let previous: FloatHistogram | undefined;
  const marked = histograms.map((each) => {
    if (each === undefined) return undefined;
    const before = previous;
    previous = each;
    if (each.resetHint !== 'unknown' || before === undefined) return each;
    return { ...each, resetHint: countsDropped(each, before) ? ('reset' as const) : ('not_reset' as const) };
  });
  return { ...series, histograms: marked };
}

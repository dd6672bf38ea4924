/**
 * Cuts a histogram off at a value: `</` keeps what is below, `>/` what is above. The bucket that the value falls into keeps
 * its share (as for histogram_fraction); a bucket without an end is dropped when it is cut. The sum loses what the dropped
 * observations are taken to have been: the middle of their bucket, as Prometheus 3 has it (there a negative bucket that goes
 * whole counts as if it were positive, and a cut exponential bucket by the middle of what is kept). Bad at: the sum, always.
 */
import { bucketsOf, type FloatHistogram, upperBound, usesCustomBuckets } from './float-histogram.ts';
import { shareBelow } from './quantile.ts';

type Side = 'upper' | 'lower';

export function trimHistogram(histogram: FloatHistogram, limit: number, side: Side): FloatHistogram {
  let changed = false;
  let lost = 0;
  let count = 0;
  const keep = (lower: number, upper: number, held: number): number => {
    const kept = keptShare({ lower, upper }, histogram, { limit, side }) * held;
    count += kept;
    if (kept === held) return kept;
    changed = true;
    lost += (held - kept) * meanOfLost({ lower, upper }, histogram, { limit, side, whole: kept === 0 });
    return kept;
  };
  const { negative, positive, zeroThreshold } = histogram;
  const trimmed = {
    negative: bucketsOf(
      negative.indices.map((index, i) => [
        index,
        keep(-upperBound(index, histogram), -upperBound(index - 1, histogram), negative.counts[i]!),
      ]),
    ),
    zeroCount: histogram.zeroCount === 0 ? 0 : keep(...zeroEnds(histogram, zeroThreshold), histogram.zeroCount),
    positive: bucketsOf(
      positive.indices.map((index, i) => [
        index,
        keep(upperBound(index - 1, histogram), upperBound(index, histogram), positive.counts[i]!),
      ]),
    ),
  };
  if (!changed) return histogram;
  return { ...histogram, ...trimmed, count, sum: count === 0 ? 0 : histogram.sum - lost };
}

/** The zero bucket reaches to one side only when there is nothing on the other. */
function zeroEnds({ positive, negative }: FloatHistogram, threshold: number): [lower: number, upper: number] {
  const onlyPositive = negative.indices.length === 0 && positive.indices.length > 0;
  const onlyNegative = positive.indices.length === 0 && negative.indices.length > 0;
  return [onlyPositive ? 0 : -threshold, onlyNegative ? 0 : threshold];
}

interface Ends {
  readonly lower: number;
  readonly upper: number;
}

function keptShare(ends: Ends, histogram: FloatHistogram, cut: { limit: number; side: Side }): number {
  const { limit, side } = cut;
  const { upper } = ends;
  // The lowest custom bucket begins at zero where it ends above it.
  const fromZero = usesCustomBuckets(histogram) && ends.lower === Number.NEGATIVE_INFINITY && upper > 0;
  const lower = fromZero && upper < Number.POSITIVE_INFINITY ? 0 : ends.lower;
  if (side === 'upper') {
    if (upper <= limit) return 1;
    if (lower >= limit || upper === Number.POSITIVE_INFINITY || lower === Number.NEGATIVE_INFINITY) return 0;
    return shareBelow({ lower, upper, count: 0 }, limit, histogram);
  }
  if (lower >= limit) return 1;
  if (upper <= limit || lower === Number.NEGATIVE_INFINITY) return 0;
  return upper === Number.POSITIVE_INFINITY ? 1 : 1 - shareBelow({ lower, upper, count: 0 }, limit, histogram);
}

function meanOfLost(
  { lower, upper }: Ends,
  histogram: FloatHistogram,
  cut: { limit: number; side: Side; whole: boolean },
): number {
  if (usesCustomBuckets(histogram)) {
    if (lower === Number.NEGATIVE_INFINITY) return upper === Number.POSITIVE_INFINITY ? 0 : upper;
    return upper === Number.POSITIVE_INFINITY ? lower : (lower + upper) / 2;
  }
  if (lower <= 0 && upper >= 0) return 0;
  if (cut.whole) return Math.sqrt(lower * upper);
  const [from, to] = cut.side === 'upper' ? [lower, cut.limit] : [cut.limit, upper];
  return lower > 0 ? Math.sqrt(from * to) : -Math.sqrt(from * to);
}

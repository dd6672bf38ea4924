/**
 * Cuts a histogram off at a value: `</` keeps what is below, `>/` what is above. The bucket that the value falls into keeps
 * its share (as for histogram_fraction). What the dropped observations added to the sum nobody knows any more, so once
 * anything is dropped the sum is estimated from what stays: count times the middle of what is kept of each bucket, the
 * geometric one where a bucket is exponential. A bucket without a bound on one side cannot be cut: it stays whole where its
 * open side is wanted, by its only known end, and goes whole otherwise. Bad at: the sum, always (as Prometheus 3 has it).
 */
import { bucketsOf, type FloatHistogram, upperBound, usesCustomBuckets } from './float-histogram.ts';
import { shareBelow } from './quantile.ts';

type Side = 'upper' | 'lower';

interface Cut {
  readonly limit: number;
  readonly side: Side;
}

interface Ends {
  readonly lower: number;
  readonly upper: number;
}

export function trimHistogram(histogram: FloatHistogram, limit: number, side: Side): FloatHistogram {
  let changed = false;
  let count = 0;
  let sum = 0;
  const keep = (lower: number, upper: number, held: number): number => {
    const left = whatStays({ lower, upper }, histogram, { limit, side });
    const kept = held * left.share;
    if (kept !== held) changed = true;
    if (kept !== 0) {
      count += kept;
      sum += kept * left.middle;
    }
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
  // The recorded sum is exact, the estimate is not: a cut that takes nothing leaves it.
  return changed ? { ...histogram, ...trimmed, count, sum } : histogram;
}

/** The zero bucket reaches to one side only when there is nothing on the other. */
function zeroEnds({ positive, negative }: FloatHistogram, threshold: number): [lower: number, upper: number] {
  const onlyPositive = negative.indices.length === 0 && positive.indices.length > 0;
  const onlyNegative = positive.indices.length === 0 && negative.indices.length > 0;
  return [onlyPositive ? 0 : -threshold, onlyNegative ? 0 : threshold];
}

const nothing = { share: 0, middle: 0 };

/** The share of a bucket's observations that stays, and the value that each of them is taken to have. */
function whatStays(ends: Ends, histogram: FloatHistogram, { limit, side }: Cut): { share: number; middle: number } {
  const { lower, upper } = closed(ends, histogram, { limit, side });
  // Within the zero bucket and custom ones observations are spread evenly, in a cut part of them too.
  const isEven = usesCustomBuckets(histogram) || (lower <= 0 && upper >= 0);
  const part = (from: number, to: number) => (isEven ? (from + to) / 2 : Math.sign(to) * Math.sqrt(from * to));
  const below = () => shareBelow({ lower, upper, count: 0 }, limit, histogram);
  // Nothing lies on either side of NaN.
  if (Number.isNaN(limit)) return nothing;
  if (side === 'upper') {
    if (limit === Number.POSITIVE_INFINITY) return { share: 1, middle: 0 };
    if (upper === Number.POSITIVE_INFINITY || limit === Number.NEGATIVE_INFINITY) return nothing;
    if (lower === Number.NEGATIVE_INFINITY) return { share: 1, middle: Math.min(upper, limit) };
    if (upper <= limit) return { share: 1, middle: part(lower, upper) };
    return lower < limit ? { share: below(), middle: part(lower, limit) } : nothing;
  }
  if (limit === Number.NEGATIVE_INFINITY) return { share: 1, middle: 0 };
  if (lower === Number.NEGATIVE_INFINITY || limit === Number.POSITIVE_INFINITY) return nothing;
  if (upper === Number.POSITIVE_INFINITY) return { share: 1, middle: Math.max(lower, limit) };
  if (lower >= limit) return { share: 1, middle: part(lower, upper) };
  return upper > limit ? { share: 1 - below(), middle: part(limit, upper) } : nothing;
}

/** The lowest custom bucket begins at zero where it ends above: said of what lies above zero only. */
function closed({ lower, upper }: Ends, histogram: FloatHistogram, { limit, side }: Cut): Ends {
  const isOpen = usesCustomBuckets(histogram) && lower === Number.NEGATIVE_INFINITY;
  if (!isOpen || upper <= 0 || upper === Number.POSITIVE_INFINITY) return { lower, upper };
  return { lower: side === 'lower' && limit < 0 ? lower : 0, upper };
}

/**
 * Quantiles of histograms, and the share of observations between two values. Within an exponential bucket observations
 * are taken to be spread evenly over the logarithm (so the middle of (1, 2] is the square root of 2), in the zero bucket and
 * in custom buckets evenly over the values. Observations of NaN are in the count but in no bucket: they sort highest.
 */
import { allBuckets, type Bucket, type FloatHistogram, usesCustomBuckets } from './float-histogram.ts';

/** The zero bucket reaches to one side only when there is nothing on the other; custom buckets begin at zero. */
function trimmed(bucket: Bucket, histogram: FloatHistogram): Bucket {
  let { lower, upper } = bucket;
  if (usesCustomBuckets(histogram)) {
    if (lower === Number.NEGATIVE_INFINITY && upper > 0) lower = 0;
  } else if (lower <= 0 && upper >= 0) {
    if (histogram.negative.indices.length === 0 && histogram.positive.indices.length > 0) lower = 0;
    else if (histogram.positive.indices.length === 0 && histogram.negative.indices.length > 0) upper = 0;
  }
  return { lower, upper, count: bucket.count };
}

function isLinear(bucket: Bucket, histogram: FloatHistogram): boolean {
  return usesCustomBuckets(histogram) || (bucket.lower <= 0 && bucket.upper >= 0);
}

export function histogramQuantile(q: number, histogram: FloatHistogram): number {
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  if (histogram.count === 0 || Number.isNaN(q)) return Number.NaN;
  const buckets = allBuckets(histogram);
  const forward = Number.isNaN(histogram.sum) || q < 0.5;
  const ordered = forward ? buckets : buckets.reverse();
  const wanted = (forward ? q : 1 - q) * histogram.count;
  let bucket: Bucket = { lower: 0, upper: 0, count: 0 };
  let count = 0;
  for (const each of ordered) {
    bucket = each;
    count += each.count;
    if (count >= wanted) break;
  }
  const within = trimmed(bucket, histogram);
  // The highest bucket without an end, or the lowest without a beginning above zero: its only known end.
  if (usesCustomBuckets(histogram)) {
    if (bucket.upper === Number.POSITIVE_INFINITY) return bucket.lower;
    if (bucket.lower === Number.NEGATIVE_INFINITY && bucket.upper <= 0) return bucket.upper;
  }
  count = Math.min(count, histogram.count);
  // Past all buckets there are only observations of NaN.
  if (count < wanted) return Number.isNaN(histogram.sum) ? Number.NaN : within.upper;
  const rank = forward ? wanted - (count - bucket.count) : count - wanted;
  return valueAt(within, rank / bucket.count, isLinear(within, histogram));
}

function valueAt({ lower, upper }: Bucket, fraction: number, linear: boolean): number {
  if (linear) return lower + (upper - lower) * fraction;
  const from = Math.log2(Math.abs(lower));
  const to = Math.log2(Math.abs(upper));
  return lower > 0 ? 2 ** (from + (to - from) * fraction) : -(2 ** (to + (from - to) * (1 - fraction)));
}

export function histogramFraction(lower: number, upper: number, histogram: FloatHistogram): number {
  if (histogram.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  const buckets = allBuckets(histogram);
  // Of those in no bucket (NaN) none counts as below anything.
  const counted = Number.isNaN(histogram.sum) ? buckets.reduce((sum, each) => sum + each.count, 0) : histogram.count;
  const below = (limit: number): number => {
    let rank = 0;
    for (const bucket of buckets) {
      const within = trimmed(bucket, histogram);
      if (within.lower >= limit) return Math.min(rank, counted);
      if (within.upper > limit) return Math.min(rank + bucket.count * shareBelow(within, limit, histogram), counted);
      rank += bucket.count;
    }
    return counted;
  };
  return (below(upper) - below(lower)) / histogram.count;
}

/** The share of a bucket below a value inside of it. */
export function shareBelow(bucket: Bucket, limit: number, histogram: FloatHistogram): number {
  const { lower, upper } = bucket;
  if (isLinear(bucket, histogram)) {
    if (lower === Number.NEGATIVE_INFINITY) return 1;
    return upper === Number.POSITIVE_INFINITY ? 0 : (limit - lower) / (upper - lower);
  }
  const from = Math.log2(Math.abs(lower));
  const to = Math.log2(Math.abs(upper));
  const at = Math.log2(Math.abs(limit));
  return lower > 0 ? (at - from) / (to - from) : 1 - (at - to) / (from - to);
}

/** Variance of the observations, each taken to be in the middle of its bucket. */
export function histogramVariance(histogram: FloatHistogram): number {
  const mean = histogram.sum / histogram.count;
  let total = 0;
  for (const bucket of allBuckets(histogram)) {
    if (bucket.count === 0) continue;
    const delta = middleOf(bucket, histogram) - mean;
    total += bucket.count * delta * delta;
  }
  return total / histogram.count;
}

function middleOf({ lower, upper }: Bucket, histogram: FloatHistogram): number {
  if (usesCustomBuckets(histogram)) return (lower + upper) / 2;
  if (lower <= 0 && upper >= 0) return 0;
  return upper < 0 ? -Math.sqrt(lower * upper) : Math.sqrt(lower * upper);
}

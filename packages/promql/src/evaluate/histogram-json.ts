/** Native histograms in the form of the HTTP API. */
import { allBuckets, type Bucket, type FloatHistogram, usesCustomBuckets } from '../histogram/float-histogram.ts';
import { formatNumber } from './format-number.ts';
import type { HistogramJson } from './query-result.ts';

/** 0 open left, 1 open right, 3 closed on both sides, as the zero bucket is and the first of custom ones. */
export function bucketBoundaries({ lower, upper }: Bucket, histogram: FloatHistogram): 0 | 1 | 3 {
  if (usesCustomBuckets(histogram)) return lower === Number.NEGATIVE_INFINITY ? 3 : 0;
  if (lower === -upper) return 3;
  return upper <= 0 ? 1 : 0;
}

export function histogramJson(histogram: FloatHistogram): HistogramJson {
  const buckets = allBuckets(histogram).map(
    (bucket) =>
      [
        bucketBoundaries(bucket, histogram),
        formatNumber(bucket.lower),
        formatNumber(bucket.upper),
        formatNumber(bucket.count),
      ] as const,
  );
  const base = { count: formatNumber(histogram.count), sum: formatNumber(histogram.sum) };
  return buckets.length === 0 ? base : { ...base, buckets };
}

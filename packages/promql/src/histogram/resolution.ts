/**
 * Brings histograms to one layout, so that their buckets can be compared and added: to the coarser schema (neighbours are
 * merged in pairs: index i becomes ceil(i / 2) for each step of the schema), to the wider zero bucket, and to the custom
 * bounds that all have in common. What is merged cannot be split again.
 */
import {
  type Buckets,
  bucketsOf,
  customSchema,
  equalNumbers,
  type FloatHistogram,
  upperBound,
  usesCustomBuckets,
} from './float-histogram.ts';

/** The same histogram at a schema that is not finer. */
export function toSchema(histogram: FloatHistogram, schema: number): FloatHistogram {
  if (schema >= histogram.schema || usesCustomBuckets(histogram)) return histogram;
  const shift = histogram.schema - schema;
  const merge = (buckets: Buckets) => remap(buckets, (index) => Math.floor((index - 1) / 2 ** shift) + 1);
  return { ...histogram, schema, positive: merge(histogram.positive), negative: merge(histogram.negative) };
}

function remap(buckets: Buckets, to: (index: number) => number): Buckets {
  const merged = new Map<number, number>();
  for (const [i, index] of buckets.indices.entries()) {
    const target = to(index);
    merged.set(target, (merged.get(target) ?? 0) + buckets.counts[i]!);
  }
  return bucketsOf(merged);
}

/** What the zero bucket would hold if it reached at least so far; it ends at the end of a bucket that holds something. */
export function zeroBucketUpTo(histogram: FloatHistogram, threshold: number): { count: number; threshold: number } {
  if (threshold <= histogram.zeroThreshold) return { count: histogram.zeroCount, threshold: histogram.zeroThreshold };
  let reach = threshold;
  for (;;) {
    const grown = widest(histogram, reach);
    if (grown === reach) break;
    reach = grown;
  }
  let count = histogram.zeroCount;
  for (const buckets of [histogram.positive, histogram.negative])
    for (const [i, index] of buckets.indices.entries())
      if (upperBound(index - 1, histogram) < reach) count += buckets.counts[i]!;
  return { count, threshold: reach };
}

/** The end of a bucket that `reach` would cut, or `reach` itself. */
function widest(histogram: FloatHistogram, reach: number): number {
  for (const buckets of [histogram.positive, histogram.negative]) {
    for (const index of buckets.indices) {
      const upper = upperBound(index, histogram);
      if (upperBound(index - 1, histogram) < reach && upper > reach) return upper;
    }
  }
  return reach;
}

function withZeroBucket(histogram: FloatHistogram, threshold: number): FloatHistogram {
  if (threshold === histogram.zeroThreshold) return histogram;
  const { count } = zeroBucketUpTo(histogram, threshold);
  const outside = (buckets: Buckets) =>
    bucketsOf(
      buckets.indices
        .map((index, i) => [index, buckets.counts[i]!] as const)
        .filter(([index]) => upperBound(index - 1, histogram) >= threshold),
    );
  return {
    ...histogram,
    zeroThreshold: threshold,
    zeroCount: count,
    positive: outside(histogram.positive),
    negative: outside(histogram.negative),
  };
}

/** The same layout for all; `undefined` where exponential and custom buckets are mixed. */
export function reconcile(
  histograms: readonly FloatHistogram[],
): { histograms: readonly FloatHistogram[]; boundsChanged: boolean } | undefined {
  const custom = usesCustomBuckets(histograms[0]!);
  if (histograms.some((each) => usesCustomBuckets(each) !== custom)) return undefined;
  if (custom) return reconcileBounds(histograms);
  const schema = Math.min(...histograms.map((each) => each.schema));
  const coarse = histograms.map((each) => toSchema(each, schema));
  let threshold = Math.max(...coarse.map((each) => each.zeroThreshold));
  for (;;) {
    const reach = Math.max(...coarse.map((each) => zeroBucketUpTo(each, threshold).threshold));
    if (reach === threshold) break;
    threshold = reach;
  }
  return { histograms: coarse.map((each) => withZeroBucket(each, threshold)), boundsChanged: false };
}

function reconcileBounds(histograms: readonly FloatHistogram[]) {
  const [first] = histograms;
  if (histograms.every((each) => equalNumbers(each.customValues, first!.customValues)))
    return { histograms, boundsChanged: false };
  const common = first!.customValues.filter((bound) => histograms.every((each) => each.customValues.includes(bound)));
  return { histograms: histograms.map((each) => toBounds(each, common)), boundsChanged: true };
}

/** Custom buckets merged into fewer bounds. */
export function toBounds(histogram: FloatHistogram, bounds: readonly number[]): FloatHistogram {
  const positive = remap(histogram.positive, (index) => {
    const upper = upperBound(index, histogram);
    const target = bounds.findIndex((bound) => bound >= upper);
    return target === -1 ? bounds.length : target;
  });
  return { ...histogram, schema: customSchema, positive, customValues: bounds };
}

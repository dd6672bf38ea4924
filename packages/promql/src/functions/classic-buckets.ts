/**
 * Quantiles and shares of classic histograms: counts of observations up to each bound (`le`). Counts that fall where they
 * must not are raised to the one before (tiny differences silently); within a bucket observations are spread evenly; the
 * lowest begins at zero where its bound is above it. Bad at: few buckets, and a quantile in the last one.
 * Source: Prometheus' bucketQuantile.
 */
export interface ClassicBucket {
  readonly bound: number;
  count: number;
}

/** Counts nearer to each other than this, relative to them, differ by rounding only. */
const roundingError = 1e-12;

/** @returns The quantile, and true where counts had to be raised. */
export function bucketQuantile(q: number, given: readonly ClassicBucket[]): { value: number; raised: boolean } {
  const nothing = (value: number) => ({ value, raised: false });
  if (Number.isNaN(q)) return nothing(Number.NaN);
  if (q < 0) return nothing(Number.NEGATIVE_INFINITY);
  if (q > 1) return nothing(Number.POSITIVE_INFINITY);
  const buckets = orderly(given);
  if (buckets.at(-1)!.bound !== Number.POSITIVE_INFINITY) return nothing(Number.NaN);
  const raised = makeMonotonic(buckets);
  if (buckets.length < 2) return nothing(Number.NaN);
  const observations = buckets.at(-1)!.count;
  if (observations === 0 || Number.isNaN(observations)) return nothing(Number.NaN);
  const rank = q * observations;
  const found = buckets.findIndex((bucket) => bucket.count >= rank);
  const index = found === -1 ? buckets.length - 1 : found;
  if (index === buckets.length - 1) return { value: buckets[index - 1]!.bound, raised };
  const { bound, count } = buckets[index]!;
  if (index === 0) return { value: bound <= 0 ? bound : (bound * rank) / count, raised };
  const before = buckets[index - 1]!;
  const share = (rank - before.count) / (count - before.count);
  return { value: before.bound + (bound - before.bound) * share, raised };
}

/** The share of observations between two values. */
export function bucketFraction(lower: number, upper: number, given: readonly ClassicBucket[]): number {
  const buckets = orderly(given);
  if (buckets.length < 2) return Number.NaN;
  if (buckets.at(-1)!.bound !== Number.POSITIVE_INFINITY) return Number.NaN;
  makeMonotonic(buckets);
  const observations = buckets.at(-1)!.count;
  if (observations === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  return (countBelow(upper, buckets) - countBelow(lower, buckets)) / observations;
}

function countBelow(value: number, buckets: readonly ClassicBucket[]): number {
  let start = buckets[0]!.bound > 0 ? 0 : Number.NEGATIVE_INFINITY;
  let below = 0;
  for (const { bound, count } of buckets) {
    if (start >= value) return below;
    if (bound > value) {
      // No share can be taken of a bucket without an end: of the last nothing counts, of the lowest all.
      if (bound === Number.POSITIVE_INFINITY) return below;
      return start === Number.NEGATIVE_INFINITY ? count : below + ((count - below) * (value - start)) / (bound - start);
    }
    start = bound;
    below = count;
  }
  return below;
}

/** Sorted by bound, those of equal bounds added up. */
function orderly(given: readonly ClassicBucket[]): ClassicBucket[] {
  const buckets: ClassicBucket[] = [];
  for (const { bound, count } of [...given].sort((a, b) => (a.bound < b.bound ? -1 : a.bound > b.bound ? 1 : 0))) {
    const last = buckets.at(-1);
    if (last !== undefined && last.bound === bound) last.count += count;
    else buckets.push({ bound, count });
  }
  return buckets;
}

function makeMonotonic(buckets: ClassicBucket[]): boolean {
  let raised = false;
  let before = buckets[0]!.count;
  for (const bucket of buckets.slice(1)) {
    const difference = Math.abs(bucket.count - before);
    if (difference > 0 && difference / bucket.count <= roundingError) bucket.count = before;
    else before = bucket.count;
  }
  let highest = buckets[0]!.count;
  for (const bucket of buckets.slice(1)) {
    if (bucket.count > highest) highest = bucket.count;
    else if (bucket.count < highest) {
      bucket.count = highest;
      raised = true;
    }
  }
  return raised;
}

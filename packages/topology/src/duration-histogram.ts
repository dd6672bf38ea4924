/**
 * Durations counted in buckets whose bounds grow by gamma, as in DDSketch (see QuantileSketch in std), with the layout
 * shared by all and 32-bit counts: 162 buckets, 648 bytes. An agent keeps one for each slot of its window, and there are
 * thousands of agents. Quantiles are right to within 5 %, from 0.1 ms to 1,000 s; outside of it they stick to the ends.
 */
const relativeError = 0.05;
const logGamma = Math.log((1 + relativeError) / (1 - relativeError));
const offset = Math.ceil(Math.log(1e-4) / logGamma);

export const bucketCount = Math.ceil(Math.log(1e3) / logGamma) - offset + 1;

export function bucketOf(seconds: number): number {
  if (!(seconds > 1e-4)) return 0;
  return Math.min(bucketCount - 1, Math.max(0, Math.ceil(Math.log(seconds) / logGamma) - offset));
}

/** The middle of a bucket, in seconds, so that the error is at most `relativeError` to either side. */
function secondsOf(bucket: number): number {
  return (2 * Math.exp((bucket + offset) * logGamma)) / (Math.exp(logGamma) + 1);
}

/**
 * The values at `quantiles` (ascending, 0..1) over `counts`, which add up to `total`, in seconds; never above `max`,
 * `null` when nothing was counted.
 */
export function quantilesOf(
  counts: Uint32Array,
  o: { readonly total: number; readonly quantiles: readonly number[]; readonly max: number },
): (number | null)[] {
  if (o.total === 0) return o.quantiles.map(() => null);
  const values: number[] = [];
  let bucket = 0;
  let seen = counts[0]!;
  for (const q of o.quantiles) {
    const rank = q * (o.total - 1);
    while (seen <= rank && bucket < counts.length - 1) seen += counts[++bucket]!;
    values.push(Math.min(secondsOf(bucket), o.max));
  }
  return values;
}

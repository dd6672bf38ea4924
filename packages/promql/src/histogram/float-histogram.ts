/**
 * Native histograms on floats, as values that nothing changes. Buckets are sparse: only those that hold something are
 * kept, by their index. With an exponential schema s the bucket i ends at 2^(i / 2^s) and begins where i - 1 ends
 * (schema 0: 1, 2, 4, ...); with custom buckets (schema -53) bucket i ends at `customValues[i]`, the last at infinity.
 * Source: Prometheus' "Native Histograms" specification.
 */
export type ResetHint = 'unknown' | 'reset' | 'not_reset' | 'gauge';

export interface Buckets {
  /** Rising. */
  readonly indices: readonly number[];
  readonly counts: readonly number[];
}

export interface FloatHistogram {
  readonly schema: number;
  readonly count: number;
  readonly sum: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positive: Buckets;
  readonly negative: Buckets;
  readonly customValues: readonly number[];
  readonly resetHint: ResetHint;
}

export const customSchema = -53;
export const noBuckets: Buckets = { indices: [], counts: [] };

export function usesCustomBuckets(histogram: FloatHistogram): boolean {
  return histogram.schema === customSchema;
}

/** Upper end of the positive bucket `index`. */
export function upperBound(index: number, histogram: { schema: number; customValues: readonly number[] }): number {
  if (histogram.schema !== customSchema) return 2 ** (index * 2 ** -histogram.schema);
  if (index < 0) return Number.NEGATIVE_INFINITY;
  return histogram.customValues[index] ?? Number.POSITIVE_INFINITY;
}

/** A bucket with its ends. */
export interface Bucket {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

/** All buckets from the lowest to the highest, the zero bucket between the negative and the positive ones. */
export function allBuckets(histogram: FloatHistogram): Bucket[] {
  const { positive, negative, zeroCount, zeroThreshold } = histogram;
  const found: Bucket[] = [];
  for (let i = negative.indices.length - 1; i >= 0; i--) {
    const index = negative.indices[i]!;
    found.push({
      lower: -upperBound(index, histogram),
      upper: -upperBound(index - 1, histogram),
      count: negative.counts[i]!,
    });
  }
  if (zeroCount !== 0) found.push({ lower: -zeroThreshold, upper: zeroThreshold, count: zeroCount });
  for (const [i, index] of positive.indices.entries()) {
    found.push({
      lower: upperBound(index - 1, histogram),
      upper: upperBound(index, histogram),
      count: positive.counts[i]!,
    });
  }
  return found;
}

/** From index and count in any order; what is zero is left out. */
export function bucketsOf(entries: Iterable<readonly [number, number]>): Buckets {
  const kept = [...entries].filter(([, count]) => count !== 0).sort((a, b) => a[0] - b[0]);
  return { indices: kept.map(([index]) => index), counts: kept.map(([, count]) => count) };
}

/** True where both hold the same to the last bit, hints on resets aside. */
export function equalHistograms(a: FloatHistogram, b: FloatHistogram): boolean {
  return (
    a.schema === b.schema &&
    same(a.count, b.count) &&
    same(a.sum, b.sum) &&
    same(a.zeroThreshold, b.zeroThreshold) &&
    same(a.zeroCount, b.zeroCount) &&
    equalNumbers(a.customValues, b.customValues) &&
    equalBuckets(a.positive, b.positive) &&
    equalBuckets(a.negative, b.negative)
  );
}

function equalBuckets(a: Buckets, b: Buckets): boolean {
  return equalNumbers(a.indices, b.indices) && equalNumbers(a.counts, b.counts);
}

export function equalNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => same(value, b[i]!));
}

function same(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/**
 * Sums, differences and multiples of histograms. A sum of many is made with compensation for what each addition rounds
 * away (Kahan and Neumaier), part by part. The hint on resets of a result says what may still be said of it: gauges stay
 * gauges, and what is not known of one part is not known of the whole.
 */
import { type KahanSum, kahanAdd } from '../functions/kahan.ts';
import { type Buckets, bucketsOf, type FloatHistogram, noBuckets, type ResetHint } from './float-histogram.ts';
import { reconcile } from './resolution.ts';

export interface HistogramResult {
  readonly histogram: FloatHistogram;
  /** True where custom bounds had to be merged. */
  readonly boundsChanged: boolean;
  /** True where one part was reset and another was not. */
  readonly resetsCollide: boolean;
}

/** Adds up all (with the sign of each, when given); `undefined` where exponential and custom buckets are mixed. */
export function addHistograms(
  histograms: readonly FloatHistogram[],
  signs?: readonly number[],
): HistogramResult | undefined {
  const same = reconcile(histograms);
  if (same === undefined) return undefined;
  const signOf = (i: number) => signs?.[i] ?? 1;
  const total = (read: (histogram: FloatHistogram) => number): number => {
    const sum: KahanSum = { sum: 0, rest: 0 };
    for (const [i, each] of same.histograms.entries()) kahanAdd(sum, signOf(i) * read(each));
    return sum.sum + sum.rest;
  };
  const buckets = (read: (histogram: FloatHistogram) => Buckets): Buckets => {
    const sums = new Map<number, KahanSum>();
    for (const [i, each] of same.histograms.entries()) {
      const { indices, counts } = read(each);
      for (let j = 0; j < indices.length; j++) {
        let sum = sums.get(indices[j]!);
        if (sum === undefined) sums.set(indices[j]!, (sum = { sum: 0, rest: 0 }));
        kahanAdd(sum, signOf(i) * counts[j]!);
      }
    }
    return bucketsOf([...sums].map(([index, { sum, rest }]) => [index, sum + rest] as const));
  };
  const hints = joinHints(histograms.map((each) => each.resetHint));
  const [first] = same.histograms;
  return {
    boundsChanged: same.boundsChanged,
    resetsCollide: hints.collide,
    histogram: {
      schema: first!.schema,
      customValues: first!.customValues,
      zeroThreshold: first!.zeroThreshold,
      count: total((each) => each.count),
      sum: total((each) => each.sum),
      zeroCount: total((each) => each.zeroCount),
      positive: buckets((each) => each.positive),
      negative: buckets((each) => each.negative),
      resetHint: hints.hint,
    },
  };
}

/** The difference is a gauge: it may go down. */
export function subtractHistograms(a: FloatHistogram, b: FloatHistogram): HistogramResult | undefined {
  const result = addHistograms([a, b], [1, -1]);
  return result === undefined ? undefined : { ...result, histogram: { ...result.histogram, resetHint: 'gauge' } };
}

/** The mean; where the sum of all would overflow, the sum of the parts of each. */
export function averageHistograms(histograms: readonly FloatHistogram[]): HistogramResult | undefined {
  const total = addHistograms(histograms);
  if (total === undefined) return undefined;
  const { count, sum, zeroCount, positive, negative } = total.histogram;
  const all = [count, sum, zeroCount, ...positive.counts, ...negative.counts];
  if (all.every((value) => Math.abs(value) !== Number.POSITIVE_INFINITY))
    return { ...total, histogram: scaled(total.histogram, (value) => value / histograms.length) };
  return addHistograms(histograms.map((each) => scaled(each, (value) => value / histograms.length)));
}

export function multiplyHistogram(histogram: FloatHistogram, factor: number): FloatHistogram {
  const result = scaled(histogram, (value) => value * factor);
  return factor < 0 ? { ...result, resetHint: 'gauge' } : result;
}

/** Nothing can be said of the buckets after a division by zero. */
export function divideHistogram(histogram: FloatHistogram, divisor: number): FloatHistogram {
  const result = scaled(histogram, (value) => value / divisor);
  if (divisor === 0) return { ...result, positive: noBuckets, negative: noBuckets };
  return divisor < 0 ? { ...result, resetHint: 'gauge' } : result;
}

function scaled(histogram: FloatHistogram, change: (value: number) => number): FloatHistogram {
  const buckets = ({ indices, counts }: Buckets) => bucketsOf(indices.map((index, i) => [index, change(counts[i]!)]));
  return {
    ...histogram,
    count: change(histogram.count),
    sum: change(histogram.sum),
    zeroCount: change(histogram.zeroCount),
    positive: buckets(histogram.positive),
    negative: buckets(histogram.negative),
  };
}

function joinHints(hints: readonly ResetHint[]): { hint: ResetHint; collide: boolean } {
  const collide = hints.includes('reset') && hints.includes('not_reset');
  if (hints.includes('gauge')) return { hint: 'gauge', collide };
  const [first] = hints;
  return { hint: hints.every((hint) => hint === first) ? first! : 'unknown', collide };
}

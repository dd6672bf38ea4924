/**
 * How much was used, as a histogram that forgets: a value of now weighs 1, one of a half-life ago 1/2 (the decaying
 * histogram of the Kubernetes vertical pod autoscaler). Instead of shrinking old weights, new ones grow:
 *   weight(at) = 2^((at - reference) / halfLife), and the reference moves on before the weights grow too large.
 * Buckets grow by 8 %, so a percentile is at most 8 % above the truth. Bad at: usage with two modes far apart, of which a
 * percentile tells nothing.
 */
export interface UsageHistogram {
  readonly weights: number[];
  /** Epoch milliseconds whose values weigh 1. */
  reference: number;
  total: number;
}

export interface HistogramOptions {
  /** The upper bound of the first bucket, in the unit of the values. */
  readonly first: number;
  readonly halfLifeMs: number;
}

const buckets = 128;
const growth = 1.08;
/** 2^40: far below where doubles lose the small weights beside the great ones. */
const mostHalfLives = 40;

export function emptyHistogram(): UsageHistogram {
  return { weights: new Array<number>(buckets).fill(0), reference: 0, total: 0 };
}

/** Takes one value. Values that are not finite or negative are left out. */
export function addUsage(histogram: UsageHistogram, usage: { value: number; at: number }, o: HistogramOptions): void {
  if (!Number.isFinite(usage.value) || usage.value < 0) return;
  if (histogram.total === 0) histogram.reference = usage.at;
  let age = (usage.at - histogram.reference) / o.halfLifeMs;
  if (age > mostHalfLives) {
    const factor = 2 ** -age;
    for (let i = 0; i < buckets; i++) histogram.weights[i] = histogram.weights[i]! * factor;
    histogram.total *= factor;
    histogram.reference = usage.at;
    age = 0;
  }
  const weight = 2 ** age;
  const bucket = bucketOf(usage.value, o.first);
  histogram.weights[bucket] = histogram.weights[bucket]! + weight;
  histogram.total += weight;
}

/** The upper bound of the bucket below which the share `q` (0..1) of the weight lies; `null` while nothing is known. */
export function usagePercentile(histogram: UsageHistogram, q: number, o: HistogramOptions): number | null {
  if (histogram.total <= 0) return null;
  const wanted = q * histogram.total;
  let seen = 0;
  for (let i = 0; i < buckets; i++) {
    seen += histogram.weights[i]!;
    // Sums of many weights are never exact: what is missing by rounding is there.
    if (histogram.weights[i]! > 0 && seen >= wanted * (1 - 1e-9)) return o.first * growth ** i;
  }
  return o.first * growth ** (buckets - 1);
}

/** A histogram as JSON gave it back, or an empty one where it is damaged. */
export function restoreHistogram(kept: unknown): UsageHistogram {
  const found = kept as Partial<UsageHistogram> | null | undefined;
  const isWhole =
    Array.isArray(found?.weights) &&
    found.weights.length === buckets &&
    found.weights.every((weight) => Number.isFinite(weight) && weight >= 0) &&
    Number.isFinite(found.reference);
  if (!isWhole) return emptyHistogram();
  const weights = [...found.weights!];
  return { weights, reference: found.reference!, total: weights.reduce((sum, weight) => sum + weight, 0) };
}

function bucketOf(value: number, first: number): number {
  if (value <= first) return 0;
  return Math.min(buckets - 1, Math.ceil(Math.log(value / first) / Math.log(growth) - 1e-9));
}

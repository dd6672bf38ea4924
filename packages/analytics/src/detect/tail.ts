/**
 * How rare is a residual? A tail that is learned per series and side, peaks over threshold in its simplest form
 * (Pickands; SPOT, Siffer et al. 2017, with shape 0): residuals r are in units of the spread; beyond `tailStart` the
 * excess is exponential with the mean excess seen so far, so
 *   surprise(r) = -log10 share + (r - tailStart) / (excess * ln 10),  and linear in r below.
 * In the detector's logarithmic space an exponential tail is a power law of the raw value: safe for bursty data.
 * Bad at: series whose tail grows heavier only after months.
 */
export const tailStart = 2;
/** What a series is believed to be until it has shown otherwise: a little heavier than normal. */
export const firstShare = 0.025;
export const firstExcess = 0.42;
const leastShare = 0.002;
const mostShare = 0.1;
const leastExcess = 0.25;
/** One point may count as this many mean excesses at most: a burst that recurs is learned within a few visits, a fault is not. */
const clipExcess = 5;
const shareRate = 0.002;
const excessRate = 0.08;

/** -log10 of the chance of a residual at least this far out on its side; 0 at or below the expected value. */
export function surpriseOf(r: number, share: number, excess: number): number {
  if (!(r > 0)) return 0;
  const start = -Math.log10(share);
  return r <= tailStart ? (start * r) / tailStart : start + (r - tailStart) / (excess * Math.LN10);
}

/** The residual that has this surprise: the inverse of `surpriseOf`. */
export function residualAt(surprise: number, share: number, excess: number): number {
  const start = -Math.log10(share);
  return surprise <= start ? (tailStart * surprise) / start : tailStart + (surprise - start) * excess * Math.LN10;
}

export function learnShare(r: number, share: number): number {
  const next = share + shareRate * ((r > tailStart ? 1 : 0) - share);
  return Math.min(Math.max(next, leastShare), mostShare);
}

/** `weight` is how many ordinary values this one counts for. */
export function learnExcess(r: number, excess: number, weight: number): number {
  if (r <= tailStart) return excess;
  const over = Math.min(r - tailStart, clipExcess * excess);
  return Math.max(leastExcess, excess + weight * excessRate * (over - excess));
}

/** Detectors that anyone could write in a minute: what a number has to beat before it means anything. */
import { seededRng } from '@jaegis/std';

/** A score a value, higher is more anomalous. */
export type WholeSeriesDetector = (values: Float64Array) => Float64Array;

export const trivialDetectors: Readonly<Record<string, WholeSeriesDetector>> = {
  random: (values) => {
    const rng = seededRng(1);
    return values.map(() => rng.next());
  },
  nothing: (values) => new Float64Array(values.length),
  'absolute difference': (values) => values.map((value, i) => (i === 0 ? 0 : Math.abs(value - values[i - 1]!) || 0)),
  'windowed gaussian': windowedGaussian,
};

const window = 1_000;

/** NAB's own baseline: the normal probability of a value among the last 1,000, mean and deviation; one minus the upper tail. */
function windowedGaussian(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  let sum = 0;
  let squares = 0;
  let count = 0;
  // Sums around the first value, or their difference would drown in their size.
  const around = values.find(Number.isFinite) ?? 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! - around;
    if (!Number.isFinite(value)) continue;
    if (count > 0) {
      const mean = sum / count;
      const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean)) || 1e-6;
      const z = Math.abs(value - mean) / deviation;
      out[i] = 1 - upperTail(z);
    }
    sum += value;
    squares += value * value;
    count++;
    const old = i - window >= 0 ? values[i - window]! - around : Number.NaN;
    if (Number.isFinite(old)) {
      sum -= old;
      squares -= old * old;
      count--;
    }
  }
  return out;
}

/** Chance of a normal value above z >= 0 (Abramowitz and Stegun 7.1.26, to 1e-7). */
function upperTail(z: number): number {
  const t = 1 / (1 + (0.3275911 * z) / Math.SQRT2);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return (series * Math.exp((-z * z) / 2)) / 2;
}

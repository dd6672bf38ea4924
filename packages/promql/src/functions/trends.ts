/**
 * deriv and predict_linear by least squares over the samples of a window (times relative to a near moment, compensated
 * sums), and double exponential smoothing (Holt's method without seasons). All follow outliers.
 */
import { QueryError } from '../evaluate/query-context.ts';
import { type KahanSum, kahanAdd } from './kahan.ts';
import { eachWindow, type FloatWindows, type WindowFunction } from './window-function.ts';

function regression(
  { times, values }: FloatWindows,
  from: number,
  options: { to: number; atMs: number },
): { slope: number; intercept: number } {
  const x: KahanSum = { sum: 0, rest: 0 };
  const y: KahanSum = { sum: 0, rest: 0 };
  const xy: KahanSum = { sum: 0, rest: 0 };
  const xx: KahanSum = { sum: 0, rest: 0 };
  const first = values[from]!;
  let isConstant = true;
  for (let i = from; i < options.to; i++) {
    const value = values[i]!;
    if (i > from && value !== first) isConstant = false;
    const seconds = (times[i]! - options.atMs) / 1_000;
    kahanAdd(x, seconds);
    kahanAdd(y, value);
    kahanAdd(xy, seconds * value);
    kahanAdd(xx, seconds * seconds);
  }
  if (isConstant) {
    const isInfinite = Math.abs(first) === Number.POSITIVE_INFINITY;
    return isInfinite ? { slope: Number.NaN, intercept: Number.NaN } : { slope: 0, intercept: first };
  }
  const n = options.to - from;
  const [sumX, sumY] = [x.sum + x.rest, y.sum + y.rest];
  const covariance = xy.sum + xy.rest - (sumX * sumY) / n;
  const variance = xx.sum + xx.rest - (sumX * sumX) / n;
  const slope = covariance / variance;
  return { slope, intercept: sumY / n - (slope * sumX) / n };
}

export const deriv: WindowFunction = {
  floats: eachWindow((windows, from, to) => regression(windows, from, { to, atMs: windows.times[from]! }).slope, 2),
};

export const predictLinear: WindowFunction = {
  floats: (windows, env, out) => {
    const { from, to } = windows;
    for (let step = 0; step < from.length; step++) {
      if (to[step]! - from[step]! < 2) continue;
      const { slope, intercept } = regression(windows, from[step]!, { to: to[step]!, atMs: env.stepAt(step) });
      out.values[step] = slope * env.scalars[0]![step]! + intercept;
      out.present[step] = 1;
    }
  },
};

export const doubleExponentialSmoothing: WindowFunction = {
  floats: ({ values, from, to }, env, out) => {
    for (let step = 0; step < from.length; step++) {
      const smoothing = env.scalars[0]![step]!;
      const trend = env.scalars[1]![step]!;
      checkFactor('smoothing', smoothing);
      checkFactor('trend', trend);
      const first = from[step]!;
      const end = to[step]!;
      if (end - first < 2) continue;
      let before = 0;
      let level = values[first]!;
      let slope = values[first + 1]! - values[first]!;
      for (let i = first + 1; i < end; i++) {
        if (i > first + 1) slope = trend * (level - before) + (1 - trend) * slope;
        before = level;
        level = smoothing * values[i]! + (1 - smoothing) * (level + slope);
      }
      out.values[step] = level;
      out.present[step] = 1;
    }
  },
};

function checkFactor(what: string, value: number): void {
  if (value <= 0 || value >= 1) {
    const short = what === 'smoothing' ? 'sf' : 'tf';
    throw new QueryError(`invalid ${what} factor. Expected: 0 < ${short} < 1, got: ${value.toFixed(6)}`);
  }
}

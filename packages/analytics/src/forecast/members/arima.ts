/**
 * Seasonal ARIMA by the method of Hannan and Rissanen 1982: a long autoregression gives the shocks e[t], then one ridge
 * regression gives all coefficients of
 *   w[t] = sum of a[i] w[t-i] + sum of b[j] e[t-j] + e[t],   w = differences at the season (or at one step without one),
 * i in {1, 2, m}, j in {1, m, m+1}: the orders (2,0,1)(1,1,1)m, and (2,1,1) without a season. No optimizer that could diverge;
 * forecasts stay inside what w has ever been.
 * Bad at: what an autoregression with many lags does as well, which is most things.
 */
import type { Member, MemberContext } from './member.ts';
import { NormalEquations } from './normal-equations.ts';

export function arima({ values, observed, origins }: MemberContext, period: number): Member | undefined {
  const m = period >= 4 ? period : 1;
  const longLags = m > 1 ? [1, 2, 3, 4, m, m + 1, m + 2] : [1, 2, 3, 4, 5, 6];
  const arLags = m > 1 ? [1, 2, m] : [1, 2];
  const maLags = m > 1 ? [1, m, m + 1] : [1];
  const first = m + Math.max(...longLags);
  const from = 2 * first + 40;
  if (values.length <= from) return undefined;
  const w = values.map((value, t) => (t < m ? 0 : value - values[t - m]!));
  const { low, high } = limits(w);
  // The long regression learns from what is before the first origin only; its shocks later on are honest.
  const learnTo = Math.max(from, origins.find((origin) => origin >= from) ?? from);
  const shocks = shocksOf(w, { lags: longLags, first, learnTo, observed });
  const size = arLags.length + maLags.length;
  const row = new Float64Array(size);
  const fill = (past: Float64Array, noise: Float64Array, t: number) => {
    arLags.forEach((lag, k) => {
      row[k] = past[t - lag]!;
    });
    maLags.forEach((lag, k) => {
      row[arLags.length + k] = noise[t - lag]!;
    });
  };
  const equations = new NormalEquations(size);
  const coefficients = new Map<number, Float64Array>();
  const wanted = new Set(origins);
  for (let t = 2 * first; t < values.length; t++) {
    if (observed[t] === 1) {
      fill(w, shocks, t);
      equations.add(row, w[t]!);
    }
    if (t >= from && wanted.has(t)) coefficients.set(t, equations.solve(0.001));
  }
  const reach = m + 2;
  return {
    name: 'arima',
    from,
    predict(origin, out) {
      const b = coefficients.get(origin);
      if (b === undefined) {
        out.fill(values[origin]!);
        return;
      }
      const past = new Float64Array(reach + out.length);
      const noise = new Float64Array(reach + out.length);
      past.set(w.subarray(origin + 1 - reach, origin + 1));
      noise.set(shocks.subarray(origin + 1 - reach, origin + 1));
      for (let h = 0; h < out.length; h++) {
        fill(past, noise, reach + h);
        let sum = 0;
        for (let k = 0; k < size; k++) sum += b[k]! * row[k]!;
        past[reach + h] = Math.min(Math.max(sum, low), high);
        out[h] = past[reach + h]! + (h < m ? values[origin + 1 + h - m]! : out[h - m]!);
      }
    },
  };
}

function shocksOf(
  w: Float64Array,
  o: { lags: readonly number[]; first: number; learnTo: number; observed: Uint8Array },
): Float64Array {
  const equations = new NormalEquations(o.lags.length);
  const row = new Float64Array(o.lags.length);
  for (let t = o.first; t <= o.learnTo; t++) {
    if (o.observed[t] === 0) continue;
    for (let k = 0; k < row.length; k++) row[k] = w[t - o.lags[k]!]!;
    equations.add(row, w[t]!);
  }
  const b = equations.solve(0.001);
  const shocks = new Float64Array(w.length);
  for (let t = o.first; t < w.length; t++) {
    let sum = w[t]!;
    for (let k = 0; k < row.length; k++) sum -= b[k]! * w[t - o.lags[k]!]!;
    shocks[t] = sum;
  }
  return shocks;
}

function limits(w: Float64Array): { low: number; high: number } {
  let low = 0;
  let high = 0;
  for (const value of w) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

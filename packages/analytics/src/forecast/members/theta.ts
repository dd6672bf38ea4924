/**
 * Theta (Assimakopoulos, Nikolopoulos 2000) in the form of Hyndman and Billah 2003: exponential smoothing with a drift of
 * half the slope of a straight line, on what is left when the season is taken off (a causal profile, additive). The
 * smoothing constant is the one of five with the smallest squared one-step error so far.
 * Bad at: seasons that grow with the level, and trends that end.
 */
import type { Member } from './member.ts';
import { profileOf } from './profile.ts';

const constants = [0.05, 0.15, 0.3, 0.5, 0.8];

export function theta(values: Float64Array, period: number): Member {
  const season = seasonOf(values, period);
  const levels = constants.map(() => new Float64Array(values.length));
  const errors = new Float64Array(constants.length);
  const chosen = new Uint8Array(values.length);
  const drift = new Float64Array(values.length);
  const from = period >= 2 ? 2 * period : 5;
  let sumY = 0;
  let sumTY = 0;
  for (let t = 0; t < values.length; t++) {
    const rest = values[t]! - season.at(t);
    const n = t + 1;
    sumY += rest;
    sumTY += t * rest;
    // Least squares slope against 0..t, from running sums.
    const spread = (n * (n * n - 1)) / 12;
    drift[t] = spread > 0 ? (0.5 * (sumTY - (sumY * t) / 2)) / spread : 0;
    let best = 0;
    constants.forEach((constant, k) => {
      const before = t === 0 ? rest : levels[k]![t - 1]!;
      if (t >= from / 2) errors[k] = errors[k]! + (rest - before) ** 2;
      levels[k]![t] = before + constant * (rest - before);
      if (errors[k]! < errors[best]!) best = k;
    });
    chosen[t] = best;
  }
  return {
    name: 'theta',
    from,
    predict(origin, out) {
      const level = levels[chosen[origin]!]![origin]!;
      for (let h = 0; h < out.length; h++) out[h] = level + drift[origin]! * (h + 1) + season.after(origin, h);
    },
  };
}

interface Season {
  at(t: number): number;
  after(origin: number, h: number): number;
}

function seasonOf(values: Float64Array, period: number): Season {
  if (period < 2) return { at: () => 0, after: () => 0 };
  const profile = profileOf(values, period, 0.3);
  const mean = new Float64Array(values.length);
  let sum = 0;
  for (let t = 0; t < values.length; t++) {
    sum += profile[t]! - (t >= period ? profile[t - period]! : 0);
    mean[t] = sum / Math.min(period, t + 1);
  }
  return {
    at: (t) => (t < period ? 0 : profile[t - period]! - mean[t - 1]!),
    after: (origin, h) => profile[origin - period + 1 + (h % period)]! - mean[origin]!,
  };
}

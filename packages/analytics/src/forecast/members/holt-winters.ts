/**
 * Exponential smoothing with a damped trend and an additive season, ETS(A,Ad,A): Holt 1957, Winters 1960, Gardner 1985.
 *   level' = level + damped slope + a e,  slope' = damped slope + a b e,  season' = season + g e,   e = one-step error
 * Of six fixed settings the one with the smallest squared one-step error so far speaks at each origin.
 * Bad at: two seasons at once.
 */
import type { Member } from './member.ts';

const damping = 0.97;
const settings = [
  { a: 0.05, b: 0.05, g: 0.1 },
  { a: 0.05, b: 0.05, g: 0.3 },
  { a: 0.2, b: 0.05, g: 0.1 },
  { a: 0.2, b: 0.05, g: 0.3 },
  { a: 0.5, b: 0.1, g: 0.2 },
  { a: 0.8, b: 0.1, g: 0.1 },
] as const;

export function holtWinters(values: Float64Array, period: number): Member {
  const m = period >= 2 ? period : 0;
  const runs = settings.map((setting) => smooth(values, m, setting));
  const chosen = new Uint8Array(values.length);
  const errors = new Float64Array(settings.length);
  for (let t = m; t < values.length; t++) {
    let best = 0;
    runs.forEach((run, k) => {
      errors[k] = errors[k]! + run.error[t]! ** 2;
      if (errors[k]! < errors[best]!) best = k;
    });
    chosen[t] = best;
  }
  return {
    name: 'ets',
    from: m > 0 ? 2 * m : 5,
    predict(origin, out) {
      const run = runs[chosen[origin]!]!;
      let level = run.level[origin]!;
      let slope = run.slope[origin]!;
      for (let h = 0; h < out.length; h++) {
        slope *= damping;
        level += slope;
        out[h] = level + (m > 0 ? run.season[origin - m + 1 + (h % m)]! : 0);
      }
    },
  };
}

function smooth(values: Float64Array, m: number, { a, b, g }: (typeof settings)[number]) {
  const level = new Float64Array(values.length);
  const slope = new Float64Array(values.length);
  const season = new Float64Array(values.length);
  const error = new Float64Array(values.length);
  let first = 0;
  for (let t = 0; t < Math.max(m, 1) && t < values.length; t++) first += values[t]! / Math.max(m, 1);
  for (let t = 0; t < values.length; t++) {
    if (t < Math.max(m, 1)) {
      level[t] = first;
      season[t] = m > 0 ? values[t]! - first : 0;
      continue;
    }
    const before = level[t - 1]! + damping * slope[t - 1]!;
    const usual = m > 0 ? season[t - m]! : 0;
    const e = values[t]! - before - usual;
    error[t] = e;
    level[t] = before + a * e;
    slope[t] = damping * slope[t - 1]! + a * b * e;
    season[t] = usual + g * (1 - a) * e;
  }
  return { level, slope, season, error };
}

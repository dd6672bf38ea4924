/**
 * The model of Prophet (Taylor, Letham 2018), fitted by ourselves: a trend of straight pieces with 25 places to bend in the
 * first four fifths of the history (a Laplace prior of scale 0.05 on each bend, by reweighted least squares) plus Fourier
 * series of the day (order 4) and the week (order 3) with wide normal priors; additive, the most probable parameters.
 *   y(t) = k t + m + sum of d[j] max(0, t - s[j]) + sum of a[n] cos(2 pi n t / P) + b[n] sin(2 pi n t / P)
 * Fitted anew at each origin, on at most 2,000 rows. Holidays and growth limits are not there.
 * Bad at: everything short-term; it does not look at the last value.
 */
import type { Member, MemberContext } from './member.ts';
import { NormalEquations } from './normal-equations.ts';

const bends = 25;
const bendScale = 0.05;
const mostRows = 2_000;
const rounds = 4;

export function prophet(
  { values, observed }: MemberContext,
  seasons: readonly { period: number; order: number }[],
): Member {
  const used = seasons.filter(({ period }) => period >= 4);
  const size = 2 + bends + used.reduce((sum, { order }) => sum + 2 * order, 0);
  const fitted = new Map<number, Float64Array>();
  return {
    name: 'prophet',
    from: Math.max(60, ...used.map(({ period }) => 2 * period)),
    predict(origin, out) {
      let b = fitted.get(origin);
      if (b === undefined) fitted.set(origin, (b = fit({ values, observed }, { origin, size, used })));
      const row = new Float64Array(size);
      for (let h = 0; h < out.length; h++) {
        fill(row, { t: origin + 1 + h, origin, used });
        let sum = 0;
        for (let k = 0; k < size; k++) sum += b[k]! * row[k]!;
        out[h] = sum;
      }
    },
  };
}

type Used = readonly { period: number; order: number }[];

function fill(row: Float64Array, { t, origin, used }: { t: number; origin: number; used: Used }): void {
  const at = t / origin;
  row[0] = 1;
  row[1] = at;
  for (let j = 0; j < bends; j++) row[2 + j] = Math.max(0, at - (0.8 * (j + 1)) / bends);
  let k = 2 + bends;
  for (const { period, order } of used) {
    for (let n = 1; n <= order; n++) {
      const angle = (2 * Math.PI * n * t) / period;
      row[k++] = Math.cos(angle);
      row[k++] = Math.sin(angle);
    }
  }
}

function fit(
  { values, observed }: Pick<MemberContext, 'values' | 'observed'>,
  o: { origin: number; size: number; used: Used },
): Float64Array {
  const equations = new NormalEquations(o.size);
  const row = new Float64Array(o.size);
  const stride = Math.ceil((o.origin + 1) / mostRows);
  let squares = 0;
  for (let t = o.origin; t >= 0; t -= stride) {
    if (observed[t] === 0) continue;
    fill(row, { t, origin: o.origin, used: o.used });
    equations.add(row, values[t]!);
    squares += values[t]! ** 2;
  }
  // Priors in units of the noise: sigma² / scale²; for a Laplace prior sigma² / (scale |d|), found again each round.
  let noise = (0.1 * squares) / Math.max(equations.rows, 1);
  const penalties = new Float64Array(o.size).fill(noise / 100);
  penalties.fill(noise / bendScale ** 2, 2, 2 + bends);
  penalties[0] = 1e-9;
  penalties[1] = noise / 25;
  let b = equations.solveWith(penalties);
  for (let round = 1; round < rounds; round++) {
    noise = Math.max(equations.errorOf(b, squares) / Math.max(equations.rows, 1), 1e-9);
    penalties.fill(noise / 100);
    penalties[0] = 1e-9;
    penalties[1] = noise / 25;
    for (let j = 0; j < bends; j++) penalties[2 + j] = noise / (bendScale * Math.max(Math.abs(b[2 + j]!), 1e-4));
    b = equations.solveWith(penalties);
  }
  return b;
}

/** quantile_over_time and mad_over_time, and the quantile of numbers: on the line between the two nearest ranks. */
import { invalidQuantile } from '../evaluate/annotations.ts';
import { eachWindow, type WindowFunction } from './window-function.ts';

/** Sorts the numbers, NaN before all others. */
export function quantileOf(q: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  sortNanFirst(values);
  const rank = q * (values.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(values.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return values[lower]! * (1 - weight) + values[upper]! * weight;
}

/** A typed array sorts NaN to its end. */
function sortNanFirst(values: Float64Array): void {
  values.sort();
  let count = 0;
  while (count < values.length && Number.isNaN(values[values.length - 1 - count]!)) count++;
  if (count === 0 || count === values.length) return;
  values.copyWithin(count, 0, values.length - count);
  values.fill(Number.NaN, 0, count);
}

export const quantileOverTime: WindowFunction = {
  floats: ({ values, from, to }, env, out) => {
    const q = env.scalars[0]!;
    for (let step = 0; step < from.length; step++) {
      if (to[step]! <= from[step]!) continue;
      if (!(q[step]! >= 0 && q[step]! <= 1)) env.annotations.warn(invalidQuantile(q[step]!), env.place);
      out.values[step] = quantileOf(q[step]!, values.slice(from[step]!, to[step]!));
      out.present[step] = 1;
    }
  },
};

/** The median distance from the median. */
export const madOverTime: WindowFunction = {
  floats: eachWindow(({ values }, from, to) => {
    const window = values.slice(from, to);
    const median = quantileOf(0.5, window);
    for (let i = 0; i < window.length; i++) window[i] = Math.abs(window[i]! - median);
    return quantileOf(0.5, window);
  }),
};

/** quantile_over_time and mad_over_time, and the quantile of numbers: on the line between the two nearest ranks. */
import { invalidQuantile } from '../evaluate/annotations.ts';
import { selectRank } from './select-rank.ts';
import { eachWindow, type WindowFunction } from './window-function.ts';

/** Moves the numbers about; NaN is below all others. */
export function quantileOf(q: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const nans = nanFirst(values);
  const rank = q * (values.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(values.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  if (lower >= nans) selectRank(values, nans, lower);
  if (upper > lower && upper >= nans) leastToFront(values, upper);
  return values[lower]! * (1 - weight) + values[upper]! * weight;
}

/** Puts every NaN before all other numbers, and gives how many there are. */
function nanFirst(values: Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i]!)) continue;
    values[i] = values[count]!;
    values[count++] = Number.NaN;
  }
  return count;
}

/** Changes the place `from` with that of the least number from there on. */
function leastToFront(values: Float64Array, from: number): void {
  let least = from;
  for (let i = from + 1; i < values.length; i++) if (values[i]! < values[least]!) least = i;
  const moved = values[from]!;
  values[from] = values[least]!;
  values[least] = moved;
}

let scratch = new Float64Array(1_024);

/** A copy of a window, good until the next one. */
function copyOf(values: Float64Array, from: number, to: number): Float64Array {
  if (scratch.length < to - from) scratch = new Float64Array(2 * (to - from));
  const copy = scratch.subarray(0, to - from);
  copy.set(values.subarray(from, to));
  return copy;
}

export const quantileOverTime: WindowFunction = {
  floats: ({ values, from, to }, env, out) => {
    const q = env.scalars[0]!;
    for (let step = 0; step < from.length; step++) {
      if (to[step]! <= from[step]!) continue;
      if (!(q[step]! >= 0 && q[step]! <= 1)) env.annotations.warn(invalidQuantile(q[step]!), env.place);
      out.values[step] = quantileOf(q[step]!, copyOf(values, from[step]!, to[step]!));
      out.present[step] = 1;
    }
  },
};

/** The median distance from the median. */
export const madOverTime: WindowFunction = {
  floats: eachWindow(({ values }, from, to) => {
    const window = copyOf(values, from, to);
    const median = quantileOf(0.5, window);
    for (let i = 0; i < window.length; i++) window[i] = Math.abs(window[i]! - median);
    return quantileOf(0.5, window);
  }),
};

/**
 * A rollup: what is left of a series per bucket of time [k * width, (k + 1) * width). Count, sum, min and max answer for
 * gauges. Counters need more: `first`, `last`, and `increase`, the sum of all rises within the bucket where a fall is a
 * restart from zero (as in PromQL). The rise from one bucket to the next is last to first by the same rule, so that the
 * increase over any run of whole buckets is exact, restarts included. Stale markers are not samples.
 * What falls more often than once in 20 samples is taken for a gauge: there `first` is `last` and `increase` is NaN.
 */
import { isStaleMarker } from '@jaegis/model';

/** Parallel arrays, a bucket each, rising. */
export interface Rollup {
  readonly length: number;
  /** Time of the last sample; its bucket is the one that it lies in. */
  readonly times: Float64Array;
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly mins: Float64Array;
  readonly maxs: Float64Array;
  readonly firsts: Float64Array;
  readonly lasts: Float64Array;
  readonly increases: Float64Array;
}

export const rollupFields = ['times', 'counts', 'sums', 'mins', 'maxs', 'firsts', 'lasts', 'increases'] as const;

export type RollupField = (typeof rollupFields)[number];

const noNumbers = new Float64Array(0);

/** Zeros; fields that are not asked for have no entries. */
export function emptyRollup(length: number, fields: readonly RollupField[] = rollupFields): Rollup {
  const make = (field: RollupField): Float64Array => (fields.includes(field) ? new Float64Array(length) : noNumbers);
  return {
    length,
    times: make('times'),
    counts: make('counts'),
    sums: make('sums'),
    mins: make('mins'),
    maxs: make('maxs'),
    firsts: make('firsts'),
    lasts: make('lasts'),
    increases: make('increases'),
  };
}

/** The first `length` buckets, as a view. */
export function sliceRollup(rollup: Rollup, from: number, to: number): Rollup {
  if (from === 0 && to === rollup.length) return rollup;
  const cut = Object.fromEntries(rollupFields.map((field) => [field, rollup[field].subarray(from, to)]));
  return { length: to - from, ...cut } as Rollup;
}

/** How much a counter rose from one value to the next: a fall is a restart from zero. */
function riseOf(before: number, value: number): number {
  return value >= before ? value - before : value;
}

/** Rolls up samples in time order. */
export function rollUp(times: Float64Array, values: Float64Array, widthMs: number): Rollup {
  const out = emptyRollup(Math.min(times.length, bucketsIn(times, widthMs)));
  let at = -1;
  let bucket = Number.NEGATIVE_INFINITY;
  let before = Number.NEGATIVE_INFINITY;
  let falls = 0;
  for (let i = 0; i < times.length; i++) {
    const value = values[i]!;
    if (isStaleMarker(value)) continue;
    if (value < before) falls++;
    before = value;
    const own = Math.floor(times[i]! / widthMs);
    if (own !== bucket) {
      bucket = own;
      at++;
      out.firsts[at] = value;
      out.lasts[at] = value;
      out.mins[at] = value;
      out.maxs[at] = value;
    } else {
      out.increases[at] = out.increases[at]! + riseOf(out.lasts[at]!, value);
      // A NaN is neither less nor more, and gives way to any number.
      if (value < out.mins[at]! || Number.isNaN(out.mins[at]!)) out.mins[at] = value;
      if (value > out.maxs[at]! || Number.isNaN(out.maxs[at]!)) out.maxs[at] = value;
      out.lasts[at] = value;
    }
    out.times[at] = times[i]!;
    out.counts[at] = out.counts[at]! + 1;
    out.sums[at] = out.sums[at]! + value;
  }
  if (falls * samplesPerFall > times.length) {
    out.firsts.set(out.lasts);
    out.increases.fill(Number.NaN);
  }
  return sliceRollup(out, 0, at + 1);
}

const samplesPerFall = 20;

function bucketsIn(times: Float64Array, widthMs: number): number {
  if (times.length === 0) return 0;
  return Math.floor(times[times.length - 1]! / widthMs) - Math.floor(times[0]! / widthMs) + 1;
}

/** The same in wider buckets; the width must be a multiple of the width before. */
export function coarsen(rollup: Rollup, widthMs: number): Rollup {
  const out = emptyRollup(Math.min(rollup.length, bucketsIn(rollup.times, widthMs)));
  let at = -1;
  let bucket = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rollup.length; i++) {
    const own = Math.floor(rollup.times[i]! / widthMs);
    if (own !== bucket) {
      bucket = own;
      at++;
      for (const field of rollupFields) out[field][at] = rollup[field][i]!;
      continue;
    }
    const rise = riseOf(out.lasts[at]!, rollup.firsts[i]!);
    out.increases[at] = out.increases[at]! + rise + rollup.increases[i]!;
    out.mins[at] = least(out.mins[at]!, rollup.mins[i]!);
    out.maxs[at] = -least(-out.maxs[at]!, -rollup.maxs[i]!);
    out.lasts[at] = rollup.lasts[i]!;
    out.times[at] = rollup.times[i]!;
    out.counts[at] = out.counts[at]! + rollup.counts[i]!;
    out.sums[at] = out.sums[at]! + rollup.sums[i]!;
  }
  for (let i = 0; i <= at; i++) if (Number.isNaN(out.increases[i]!)) out.firsts[i] = out.lasts[i]!;
  return sliceRollup(out, 0, at + 1);
}

function least(a: number, b: number): number {
  return b < a || Number.isNaN(a) ? b : a;
}

/**
 * Aggregations that make one series of a group: plain loops over the steps of one series after the other, with the state
 * of all steps in typed arrays.
 */
import type { Annotations, Place } from '../evaluate/annotations.ts';
import { type Column, emptyColumn } from '../evaluate/column.ts';
import { quantileOf } from '../functions/quantiles.ts';
import type { Group } from './groups.ts';

export interface ReduceOptions {
  readonly op: string;
  /** The parameter at each step. */
  readonly param: Float64Array | undefined;
  readonly annotations: Annotations;
  readonly place: Place;
}

/** The aggregation of the numbers of a group; histograms are not looked at. */
export function reduceFloats(group: Group, options: ReduceOptions): Column {
  const count = group.columns[0]!.values.length;
  const out = emptyColumn(group.labels, count, group.dropName);
  const columns = group.columns.map(floatPresence);
  const reducer = reducers.get(options.op)!;
  reducer(columns, out, options);
  return out;
}

interface Input {
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

function floatPresence(column: Column): Input {
  const { values, present, histograms } = column;
  if (histograms === undefined) return column;
  return { values, present: present.map((here, step) => (histograms[step] === undefined ? here : 0)) };
}

type Reducer = (columns: readonly Input[], out: Column, options: ReduceOptions) => void;

const reducers: ReadonlyMap<string, Reducer> = new Map<string, Reducer>([
  ['sum', sum],
  ['avg', average],
  ['count', counted],
  ['group', (columns, out) => mark(columns, out).values.fill(1)],
  ['min', (columns, out) => extreme(columns, out, (a, b) => a < b)],
  ['max', (columns, out) => extreme(columns, out, (a, b) => a > b)],
  ['stdvar', (columns, out) => variance(columns, out, (value) => value)],
  ['stddev', (columns, out) => variance(columns, out, Math.sqrt)],
  ['quantile', quantiles],
]);

function mark(columns: readonly Input[], out: Column): Column {
  for (const { present } of columns)
    for (let step = 0; step < present.length; step++) if (present[step] === 1) out.present[step] = 1;
  return out;
}

function counted(columns: readonly Input[], out: Column): void {
  mark(columns, out);
  for (const { present } of columns)
    for (let step = 0; step < present.length; step++) out.values[step]! += present[step]!;
}

function sum(columns: readonly Input[], out: Column): void {
  const totals = out.values;
  const rest = new Float64Array(totals.length);
  for (const { values, present } of columns) {
    for (let step = 0; step < totals.length; step++) {
      if (present[step] === 0) continue;
      out.present[step] = 1;
      const value = values[step]!;
      const before = totals[step]!;
      const total = before + value;
      if (Math.abs(total) === Number.POSITIVE_INFINITY) rest[step] = 0;
      else if (Math.abs(before) >= Math.abs(value)) rest[step]! += before - total + value;
      else rest[step]! += value - total + before;
      totals[step] = total;
    }
  }
  for (let step = 0; step < totals.length; step++) totals[step]! += rest[step]!;
}

/** The sum by the number, until the sum overflows; from then on the mean itself is moved. */
function average(columns: readonly Input[], out: Column): void {
  const state = out.values;
  const rest = new Float64Array(state.length);
  const counts = new Float64Array(state.length);
  const isMean = new Uint8Array(state.length);
  for (const { values, present } of columns) {
    for (let step = 0; step < state.length; step++) {
      if (present[step] === 0) continue;
      out.present[step] = 1;
      const count = ++counts[step]!;
      let value = values[step]!;
      if (count === 1) {
        state[step] = value;
        continue;
      }
      if (isMean[step] === 0) {
        const total = state[step]! + value;
        if (Math.abs(total) !== Number.POSITIVE_INFINITY) {
          if (Math.abs(state[step]!) >= Math.abs(value)) rest[step]! += state[step]! - total + value;
          else rest[step]! += value - total + state[step]!;
          state[step] = total;
          continue;
        }
        isMean[step] = 1;
        state[step]! /= count - 1;
        rest[step]! /= count - 1;
      }
      const weight = (count - 1) / count;
      value /= count;
      const before = state[step]! * weight;
      rest[step]! *= weight;
      const total = before + value;
      if (Math.abs(total) === Number.POSITIVE_INFINITY) rest[step] = 0;
      else if (Math.abs(before) >= Math.abs(value)) rest[step]! += before - total + value;
      else rest[step]! += value - total + before;
      state[step] = total;
    }
  }
  for (let step = 0; step < state.length; step++) {
    if (out.present[step] === 0) continue;
    const divisor = isMean[step] === 1 ? 1 : counts[step]!;
    state[step] = state[step]! / divisor + rest[step]! / divisor;
  }
}

/** NaN only where there is nothing else. */
function extreme(columns: readonly Input[], out: Column, beats: (a: number, b: number) => boolean): void {
  for (const { values, present } of columns) {
    for (let step = 0; step < values.length; step++) {
      if (present[step] === 0) continue;
      const value = values[step]!;
      const best = out.values[step]!;
      if (out.present[step] === 0 || beats(value, best) || Number.isNaN(best)) out.values[step] = value;
      out.present[step] = 1;
    }
  }
}

/** Welford's recurrence. */
function variance(columns: readonly Input[], out: Column, finish: (variance: number) => number): void {
  const length = out.values.length;
  const counts = new Float64Array(length);
  const means = new Float64Array(length);
  const squares = out.values;
  for (const { values, present } of columns) {
    for (let step = 0; step < length; step++) {
      if (present[step] === 0) continue;
      out.present[step] = 1;
      counts[step]!++;
      const difference = values[step]! - means[step]!;
      means[step]! += difference / counts[step]!;
      squares[step]! += difference * (values[step]! - means[step]!);
    }
  }
  for (let step = 0; step < length; step++)
    if (out.present[step] === 1) squares[step] = finish(squares[step]! / counts[step]!);
}

function quantiles(columns: readonly Input[], out: Column, options: ReduceOptions): void {
  mark(columns, out);
  const gathered = new Float64Array(columns.length);
  for (let step = 0; step < out.values.length; step++) {
    if (out.present[step] === 0) continue;
    let size = 0;
    for (const { values, present } of columns) if (present[step] === 1) gathered[size++] = values[step]!;
    out.values[step] = quantileOf(options.param![step]!, gathered.subarray(0, size));
  }
}

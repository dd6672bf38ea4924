/**
 * Aggregations that make one series of a group, fed with one series after the other: plain loops over its steps, with the
 * state of all steps in typed arrays. What is fed in may be overwritten afterwards, so thousands of series need the memory
 * of one. Sums are compensated (Kahan, Neumaier), variances are Welford's recurrence; both depend on the order of the series.
 */
import type { Column } from '../evaluate/column.ts';

export interface Fold {
  /** Takes one series; `present` says at which steps there is a number, `isFull` that it is at all. */
  add(values: Float64Array, present: Uint8Array, isFull: boolean): void;
  /** To be called once, at the end. */
  finish(): void;
}

/** Whether an aggregation is one of these; the others need all series at once. */
export function isFolded(op: string): boolean {
  return folds.has(op);
}

/** Begins an aggregation into `out`, an empty column. */
export function beginFold(op: string, out: Column): Fold {
  return folds.get(op)!(out);
}

const folds: ReadonlyMap<string, (out: Column) => Fold> = new Map<string, (out: Column) => Fold>([
  ['sum', (out) => new Sum(out)],
  ['avg', (out) => new Average(out)],
  ['count', (out) => new Count(out)],
  ['group', (out) => new Mark(out)],
  ['min', (out) => new Extreme(out, -1)],
  ['max', (out) => new Extreme(out, 1)],
  ['stdvar', (out) => new Variance(out, (value) => value)],
  ['stddev', (out) => new Variance(out, Math.sqrt)],
]);

class Sum implements Fold {
  readonly #out: Column;
  readonly #rest: Float64Array;

  constructor(out: Column) {
    this.#out = out;
    this.#rest = new Float64Array(out.values.length);
  }

  add(values: Float64Array, present: Uint8Array, isFull: boolean): void {
    const totals = this.#out.values;
    const rest = this.#rest;
    const isPresent = this.#out.present;
    const { length } = totals;
    for (let step = 0; step < length; step++) {
      if (!isFull && present[step] === 0) continue;
      isPresent[step] = 1;
      const value = values[step]!;
      const before = totals[step]!;
      const total = before + value;
      if (Math.abs(total) === Number.POSITIVE_INFINITY) rest[step] = 0;
      else if (Math.abs(before) >= Math.abs(value)) rest[step]! += before - total + value;
      else rest[step]! += value - total + before;
      totals[step] = total;
    }
  }

  finish(): void {
    const totals = this.#out.values;
    for (let step = 0; step < totals.length; step++) totals[step]! += this.#rest[step]!;
  }
}

/** The sum by the number, until the sum overflows; from then on the mean itself is moved. */
class Average implements Fold {
  readonly #out: Column;
  readonly #rest: Float64Array;
  readonly #counts: Float64Array;
  readonly #isMean: Uint8Array;

  constructor(out: Column) {
    const { length } = out.values;
    this.#out = out;
    this.#rest = new Float64Array(length);
    this.#counts = new Float64Array(length);
    this.#isMean = new Uint8Array(length);
  }

  add(values: Float64Array, present: Uint8Array): void {
    const state = this.#out.values;
    const isPresent = this.#out.present;
    const rest = this.#rest;
    const counts = this.#counts;
    const isMean = this.#isMean;
    for (let step = 0; step < state.length; step++) {
      if (present[step] === 0) continue;
      isPresent[step] = 1;
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

  finish(): void {
    const { values: state, present } = this.#out;
    for (let step = 0; step < state.length; step++) {
      if (present[step] === 0) continue;
      const divisor = this.#isMean[step] === 1 ? 1 : this.#counts[step]!;
      state[step] = state[step]! / divisor + this.#rest[step]! / divisor;
    }
  }
}

class Count implements Fold {
  readonly #out: Column;

  constructor(out: Column) {
    this.#out = out;
  }

  add(_values: Float64Array, present: Uint8Array): void {
    const { values: counts, present: isPresent } = this.#out;
    for (let step = 0; step < counts.length; step++) {
      counts[step]! += present[step]!;
      if (present[step] === 1) isPresent[step] = 1;
    }
  }

  finish(): void {}
}

class Mark implements Fold {
  readonly #out: Column;

  constructor(out: Column) {
    this.#out = out;
  }

  add(_values: Float64Array, present: Uint8Array): void {
    const { present: isPresent } = this.#out;
    for (let step = 0; step < isPresent.length; step++) if (present[step] === 1) isPresent[step] = 1;
  }

  finish(): void {
    this.#out.values.fill(1);
  }
}

/** NaN only where there is nothing else. */
class Extreme implements Fold {
  readonly #out: Column;
  readonly #sign: 1 | -1;

  /** @param sign 1 for the greatest, -1 for the least. */
  constructor(out: Column, sign: 1 | -1) {
    this.#out = out;
    this.#sign = sign;
  }

  add(values: Float64Array, present: Uint8Array): void {
    const { values: bests, present: isPresent } = this.#out;
    const sign = this.#sign;
    for (let step = 0; step < bests.length; step++) {
      if (present[step] === 0) continue;
      const value = values[step]!;
      const best = bests[step]!;
      if (isPresent[step] === 0 || value * sign > best * sign || Number.isNaN(best)) bests[step] = value;
      isPresent[step] = 1;
    }
  }

  finish(): void {}
}

/** Welford's recurrence. */
class Variance implements Fold {
  readonly #out: Column;
  readonly #counts: Float64Array;
  readonly #means: Float64Array;
  readonly #ended: (variance: number) => number;

  constructor(out: Column, ended: (variance: number) => number) {
    const { length } = out.values;
    this.#out = out;
    this.#counts = new Float64Array(length);
    this.#means = new Float64Array(length);
    this.#ended = ended;
  }

  add(values: Float64Array, present: Uint8Array): void {
    const { values: squares, present: isPresent } = this.#out;
    const counts = this.#counts;
    const means = this.#means;
    for (let step = 0; step < squares.length; step++) {
      if (present[step] === 0) continue;
      isPresent[step] = 1;
      counts[step]!++;
      const difference = values[step]! - means[step]!;
      means[step]! += difference / counts[step]!;
      squares[step]! += difference * (values[step]! - means[step]!);
    }
  }

  finish(): void {
    const { values: squares, present } = this.#out;
    for (let step = 0; step < squares.length; step++)
      if (present[step] === 1) squares[step] = this.#ended(squares[step]! / this.#counts[step]!);
  }
}

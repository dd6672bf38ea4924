import type { Rng } from '@jaegis/std';

/** Rows of one agent, one after the other, in units of each column's spread around its centre; missing values are NaN. */
export interface ScaledRows {
  /** rows x columns, row-major, within ±`mostSpreads`. */
  readonly z: Float32Array;
  /** Epoch milliseconds of each row. */
  readonly at: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

export interface FitContext {
  /** How far apart rows come, milliseconds. */
  readonly intervalMs: number;
  readonly rng: Rng;
}

/** A way of learning what is normal from rows of the past, most of which were. */
export interface RowModel {
  readonly name: string;
  /** One line for a list. */
  readonly about: string;
  fit(rows: ScaledRows, context: FitContext): FittedModel;
}

/** What was learned. It may remember the rows that it was shown, and nothing else changes it. */
export interface FittedModel {
  /** What the alarm hears of the newest row, where that is not what `observe` gave. */
  readonly alarming?: number;
  /**
   * Takes the next row (NaN is missing) and gives its strangeness: 0 or more, the larger the stranger, smooth enough to be
   * compared with the same model's other rows. `parts[k]` becomes column k's share in it, 0 or more.
   */
  observe(z: Float64Array, at: number, parts: Float64Array): number;
}

/** No value counts as further from its column's centre than this; where one wild number would hide the rest, models say less. */
export const mostSpreads = 10_000;

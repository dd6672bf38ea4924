/**
 * Joins what two models say of the same column before the strangest columns are chosen: the surprise that it is after the rows
 * before (vector-autoregression.ts) and its distance from where it usually is (seasonal-z.ts), both sums of ln(1 + sizes):
 *   part = surprise + distance / 3,   strangeness = mean of the largest parts.
 * A column that is a little odd in both ways counts for more than two columns that are odd in one each, which fusing the models'
 * means cannot tell apart. The alarm hears the surprise alone: distance lasts, and it wants what begins.
 * Bad at: what both are bad at, faults that creep in over days and hold still.
 */
import type { FitContext, FittedModel, RowModel, ScaledRows } from './model.ts';
import { seasonalZ } from './seasonal-z.ts';
import { meanOfTop, topCount } from './top-columns.ts';
import { vectorAutoregression } from './vector-autoregression.ts';

/** The distance is a sum over this many slow means. */
const distanceWeight = 1 / 3;

export const columnStrangeness: RowModel = {
  name: 'column-strangeness',
  about: 'surprise after the rows before and distance from the usual value, joined column by column',
  fit: (rows, context) => new ColumnStrangeness(rows, context),
};

class ColumnStrangeness implements FittedModel {
  alarming = 0;
  readonly #surprise: FittedModel;
  readonly #distance: FittedModel;
  readonly #distances: Float64Array;
  readonly #scratch: Float64Array;
  readonly #top: number;

  constructor(rows: ScaledRows, context: FitContext) {
    this.#surprise = vectorAutoregression.fit(rows, context);
    this.#distance = seasonalZ.fit(rows, context);
    this.#distances = new Float64Array(rows.columns);
    this.#scratch = new Float64Array(rows.columns);
    this.#top = topCount(rows.columns);
  }

  observe(z: Float64Array, at: number, parts: Float64Array): number {
    this.alarming = this.#surprise.observe(z, at, parts);
    this.#distance.observe(z, at, this.#distances);
    for (let j = 0; j < parts.length; j++) parts[j]! += distanceWeight * this.#distances[j]!;
    return meanOfTop(parts, this.#top, this.#scratch);
  }
}

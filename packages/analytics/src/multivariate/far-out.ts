/**
 * Two plain looks at how far out a row is, for the alarm, which must not miss what lasts three rows:
 *   `farFromCenter`: mean of the three largest |z|, in units that a rare spike of the past has widened;   `farFromUsual`: mean of the largest ln(1 + distance), where distance is
 * from where the column usually is at this time of day.
 * Bad at: everything that drifts; the alarm's slow mean (alarm-governor.ts) makes up for it.
 */
import { DailyProfile } from './daily-profile.ts';
import type { FitContext, FittedModel, RowModel, ScaledRows } from './model.ts';
import { meanOfTop, topCount } from './top-columns.ts';

const farthest = 3;
const leastOfRange = 0.01;

export const farFromCenter: RowModel = {
  name: 'far-from-center',
  about: 'mean of the largest robust distances',
  fit: (rows) => new FarFromCenter(rows),
};

export const farFromUsual: RowModel = {
  name: 'far-from-usual',
  about: 'mean of the largest distances from the usual value at this time of day',
  fit: (rows, context) => new FarFromUsual(rows, context),
};

class FarFromCenter implements FittedModel {
  /** Per column, at least 1. */
  readonly #width: Float64Array;
  readonly #scratch: Float64Array;

  constructor({ z, rows, columns }: ScaledRows) {
    this.#scratch = new Float64Array(columns);
    this.#width = new Float64Array(columns).fill(1);
    for (let j = 0; j < columns; j++) {
      let least = 0;
      let most = 0;
      for (let i = 0; i < rows; i++) {
        const value = z[i * columns + j]!;
        if (value < least) least = value;
        else if (value > most) most = value;
      }
      this.#width[j] = Math.max(1, leastOfRange * (most - least));
    }
  }

  observe(z: Float64Array, _at: number, parts: Float64Array): number {
    for (let j = 0; j < z.length; j++) parts[j] = Math.abs(z[j]!) / this.#width[j]! || 0;
    return meanOfTop(parts, Math.min(farthest, topCount(z.length)), this.#scratch);
  }
}

class FarFromUsual implements FittedModel {
  readonly #profile: DailyProfile;
  readonly #scratch: Float64Array;

  constructor(rows: ScaledRows, context: FitContext) {
    this.#profile = new DailyProfile(rows, context.intervalMs);
    this.#scratch = new Float64Array(rows.columns);
  }

  observe(z: Float64Array, at: number, parts: Float64Array): number {
    this.#profile.distances(z, at, parts);
    for (let j = 0; j < z.length; j++) parts[j] = Math.log1p(Math.abs(parts[j]!)) || 0;
    return meanOfTop(parts, topCount(z.length), this.#scratch);
  }
}

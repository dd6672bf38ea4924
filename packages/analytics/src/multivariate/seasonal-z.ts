/**
 * Per column the robust distance r from where it usually is at this time of day (daily-profile.ts). Of it a slow mean is
 * taken off (over one hour, and beside it over four and twelve), because baselines move and a new level is news only for a while:
 *   part = ln(1 + |r - mean 1 h| / its usual size) + ln(1 + |r - mean 4 h| / its usual size) + the same of 12 h.
 * Strangeness is the mean of the largest parts.
 * Bad at: faults that creep in over hours.
 */
import { DailyProfile } from './daily-profile.ts';
import type { FitContext, FittedModel, RowModel, ScaledRows } from './model.ts';
import { meanOfTop, topCount } from './top-columns.ts';
import { usualSize } from './usual-size.ts';

const slowMeansMs = [3_600_000, 4 * 3_600_000, 12 * 3_600_000];
/** One wild number must not carry the slow means away. */
const mostWidths = 20;
const leastSize = 0.01;
const mostSized = 8_192;

export const seasonalZ: RowModel = {
  name: 'robust-z',
  about: 'robust distance of each column from its usual value at this time of day; mean of the farthest',
  fit,
};

function fit(rows: ScaledRows, context: FitContext): FittedModel {
  const profile = new DailyProfile(rows, context.intervalMs);
  const rates = slowMeansMs.map((ms) => Math.min(1, context.intervalMs / ms));
  const ones = rates.map(() => new Float64Array(rows.columns).fill(1));
  const sizes = usualSizes(new SeasonalDistance(profile, rates, ones), rows);
  return new SeasonalDistance(profile, rates, sizes);
}

/** Per slow mean and column, over the rows. */
function usualSizes(model: SeasonalDistance, rows: ScaledRows): Float64Array[] {
  const d = rows.columns;
  const z = new Float64Array(d);
  const left = slowMeansMs.map(() => Array.from({ length: d }, (): number[] => []));
  const stride = Math.max(1, Math.ceil(rows.rows / mostSized));
  for (let i = 0; i < rows.rows; i++) {
    for (let j = 0; j < d; j++) z[j] = rows.z[i * d + j]!;
    model.advance(z, rows.at[i]!);
    for (let m = 0; i % stride === 0 && m < left.length; m++)
      for (let j = 0; j < d; j++) if (!Number.isNaN(z[j]!)) left[m]![j]!.push(Math.abs(model.left[m]![j]!));
  }
  return left.map((columns) => Float64Array.from(columns, (known) => usualSize(known, leastSize)));
}

class SeasonalDistance implements FittedModel {
  /** Per slow mean and column: the distance without it, of the newest row. */
  readonly left: readonly Float64Array[];
  readonly #profile: DailyProfile;
  readonly #rates: readonly number[];
  readonly #means: readonly Float64Array[];
  readonly #sizes: readonly Float64Array[];
  readonly #distances: Float64Array;
  readonly #scratch: Float64Array;
  readonly #top: number;

  constructor(profile: DailyProfile, rates: readonly number[], sizes: readonly Float64Array[]) {
    const d = sizes[0]!.length;
    this.#profile = profile;
    this.#rates = rates;
    this.#sizes = sizes;
    this.#means = rates.map(() => new Float64Array(d).fill(Number.NaN));
    this.left = rates.map(() => new Float64Array(d));
    this.#distances = new Float64Array(d);
    this.#scratch = new Float64Array(d);
    this.#top = topCount(d);
  }

  observe(z: Float64Array, at: number, parts: Float64Array): number {
    this.advance(z, at);
    parts.fill(0);
    for (let m = 0; m < this.left.length; m++) {
      const left = this.left[m]!;
      const sizes = this.#sizes[m]!;
      for (let j = 0; j < z.length; j++)
        if (!Number.isNaN(z[j]!)) parts[j]! += Math.log1p(Math.abs(left[j]!) / sizes[j]!);
    }
    return meanOfTop(parts, this.#top, this.#scratch);
  }

  /** Moves on by a row: `left` is its, and the slow means have seen it. */
  advance(z: Float64Array, at: number): void {
    const distances = this.#distances;
    this.#profile.distances(z, at, distances);
    for (let j = 0; j < z.length; j++) {
      const distance = Math.min(Math.max(distances[j]!, -mostWidths), mostWidths);
      if (Number.isNaN(distance)) continue;
      for (let m = 0; m < this.#means.length; m++) {
        const means = this.#means[m]!;
        const before = Number.isNaN(means[j]!) ? distance : means[j]!;
        this.left[m]![j] = distance - before;
        means[j] = before + this.#rates[m]! * (distance - before);
      }
    }
  }
}

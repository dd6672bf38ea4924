/**
 * Where a column usually is at a time of day, and how wide it swings then: medians of 48 half-hour bins, read between their
 * middles, and each bin's spread from its 5th and 95th percentile. Before two days are known, and for columns that the time
 * of day does not explain, where it is at all.
 * Bad at: seasons of a week, times of day that move with daylight saving.
 */
import type { ScaledRows } from './model.ts';

const dayMs = 86_400_000;
const bins = 48;
/** A normal distribution's distance from its 5th to its 95th percentile, in deviations. */
const centralSpreads = 3.29;
/** In units of the column's own spread: a bin that never moved is no reason to shout. */
const leastSpread = 0.3;
const daysNeeded = 2;
const leastPerBin = 4;
/** The season is not believed where it leaves more than this share of the spread. */
const mostLeft = 0.95;

export class DailyProfile {
  readonly #middle: Float64Array;
  readonly #spread: Float64Array;
  readonly #bins: number;

  constructor(rows: ScaledRows, intervalMs: number) {
    const d = rows.columns;
    const span = rows.rows === 0 ? 0 : rows.at[rows.rows - 1]! - rows.at[0]!;
    const rowsPerBin = dayMs / bins / Math.max(intervalMs, 1);
    const count = span >= daysNeeded * dayMs && rowsPerBin * (span / dayMs) >= leastPerBin ? bins : 1;
    this.#bins = count;
    this.#middle = new Float64Array(count * d);
    this.#spread = new Float64Array(count * d);
    const members: number[][] = Array.from({ length: count }, () => []);
    for (let i = 0; i < rows.rows; i++) members[Math.floor(placeOf(rows.at[i]!, count)) % count]!.push(i);
    for (let j = 0; j < d; j++) this.#learn(rows, j, members);
  }

  /** Writes each column's distance from where it usually is, in usual widths; NaN where missing. */
  distances(z: Float64Array, at: number, out: Float64Array): void {
    const d = z.length;
    const place = placeOf(at, this.#bins) - 0.5;
    const whole = Math.floor(place);
    const part = place - whole;
    const b0 = ((whole + this.#bins) % this.#bins) * d;
    const b1 = ((whole + 1) % this.#bins) * d;
    for (let j = 0; j < d; j++) {
      const expected = this.#middle[b0 + j]! * (1 - part) + this.#middle[b1 + j]! * part;
      out[j] = (z[j]! - expected) / Math.max(this.#spread[b0 + j]!, this.#spread[b1 + j]!);
    }
  }

  #learn(rows: ScaledRows, j: number, members: readonly (readonly number[])[]): void {
    const d = rows.columns;
    const all = summarize(rows, j, members.flat());
    const flat = Number.isNaN(all.middle) ? { middle: 0, spread: 1 } : all;
    let within = 0;
    members.forEach((member, b) => {
      const own = members.length === 1 ? flat : summarize(rows, j, member);
      const known = Number.isNaN(own.middle) ? flat : own;
      this.#middle[b * d + j] = known.middle;
      this.#spread[b * d + j] = Math.max(known.spread, leastSpread);
      within += known.spread / members.length;
    });
    if (members.length === 1 || within < mostLeft * flat.spread) return;
    for (let b = 0; b < members.length; b++) {
      this.#middle[b * d + j] = flat.middle;
      this.#spread[b * d + j] = Math.max(flat.spread, leastSpread);
    }
  }
}

/** NaN when nothing is known. */
function summarize(rows: ScaledRows, j: number, members: readonly number[]): { middle: number; spread: number } {
  const known = new Float64Array(members.length);
  let count = 0;
  for (const i of members) {
    const value = rows.z[i * rows.columns + j]!;
    if (!Number.isNaN(value)) known[count++] = value;
  }
  if (count === 0) return { middle: Number.NaN, spread: Number.NaN };
  const sorted = known.subarray(0, count).sort();
  const at = (share: number) => sorted[Math.min(count - 1, Math.floor(share * count))]!;
  return { middle: at(0.5), spread: (at(0.95) - at(0.05)) / centralSpreads };
}

/** Where in the day, in bins. */
function placeOf(at: number, count: number): number {
  return ((((at % dayMs) + dayMs) % dayMs) / dayMs) * count;
}

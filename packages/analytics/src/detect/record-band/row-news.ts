/**
 * Two questions about each value that need no model of noise, in 118 bytes a series, all in units of the series' own size:
 *  1. Far: how many usual distances is it from a quick moving average (as own-record/point-deviation.ts)? `farAt` follows the
 *     quantile that `farShare` of all values exceed (Robbins & Monro 1951), beyond it the tail is exponential:
 *       surprise = -log10 farShare + (z - farAt) / (excess · ln 10).
 *     Where far values are told (recorded data) each is told once: two values after it only what is 1.3 times farther.
 *  2. News: the residual against a slow level and the hour of the day, itself and its means over about 3, 10 and 30 values, each
 *     divided by its own record, which fades with a half-life of 1,500 to 9,000 values (own-record/records.ts); their cubic mean.
 * Bad at: shapes and weeks, for which there is no room here; a series that is a different one in each of its first hours.
 */
import { RowColumns } from '../row-columns.ts';

const hours = 24;
const hourMs = 3_600_000;
/** Sizes that are compared with their records: the residual and its three means. */
const sizes = 4;
const meanRates = [0.3, 0.1, 0.03] as const;
const levelRate = 0.005;
const hourRate = 0.03;
const farWarmUp = 30;
const newsWarmUp = 150;
const follow = 0.5;
const usualRate = 0.002;
const slowRate = 0.0005;
const clipUsual = 5;
/** The usual distance is at least this share of the long-run deviation, and of the size. */
const deviationShare = 0.13;
const sizeShare = 0.03;
/** Beyond so many usual distances a value moves the average no further, unless so many come in a row. */
const farFrom = 6;
const believedAfter = 4;
const farMost = 14;
/** The share of values that are far, where far begins, and how quickly that is learned. */
const weighed = { share: 0.005, first: 5, least: 4, rate: 0.02 };
/** The same where far values are told; the caller says how many there may be. */
const told = { first: 4, least: 3.5, rate: 0.04 };
/** For so many values after a far one only what is so many times farther is told. */
const tellRest = 2;
const louder = 1.3;
/** A distance that was told is kept in steps of 2 % from the least: up to 550 usual distances. */
const toldStep = Math.log(1.02);
/** The run of far values takes the low bits of its byte, the rest after telling the others. */
const runBits = 4;
const firstExcess = 1.5;
const excessRate = 0.05;
const halfLifeLeast = 1_500;
const halfLifeMost = 9_000;
/** A larger size lifts its record by a tenth a value: one strange hour must not blind it. */
const lift = 1.1;
/** Sizes below this share of the usual one are rounding of 32 bits. */
const rounding = 3e-7;
const most = 1e18;
/** So many usual sizes are all that is believed. */
const mostLeap = 1_000;
const unknown = -32_768;
const steps = 32_767;

const spec = {
  unit: ['f32', 1],
  expected: ['f32', 1],
  usual: ['f32', 1],
  deviation: ['f32', 1],
  magnitude: ['f32', 1],
  farAt: ['f32', 1],
  excess: ['f32', 1],
  level: ['f32', 1],
  /** What one step of `season` is. */
  step: ['f32', 1],
  means: ['f32', sizes - 1],
  records: ['f32', sizes],
  season: ['i16', hours],
  count: ['u16', 1],
  runAndRest: ['u8', 1],
  told: ['u8', 1],
  rest: ['u8', 1],
} as const;

export class RowNews {
  /** Of the value shown last: -log10 of the chance of being so far off; 0 while warming up. */
  surprise = 0;
  /** Which side the value shown last is off on: 1 above, -1 below. */
  side = 1;
  /** Whether it is far and no news after what was told just before; never, unless far values are told. */
  isRetold = false;
  /** The same of what its ratio tells. */
  newsSide = 1;
  /** Of the value shown last: how near its sizes are to their records, 1 being at them; 0 while warming up. */
  ratio = 0;
  readonly #table = new RowColumns<typeof spec>('row-news', spec);
  readonly #sizes = new Float64Array(sizes);
  readonly #tellAt: number | undefined;

  /** `tellAt`: far values are told once each, with this surprise at least. */
  constructor(tellAt?: number) {
    this.#tellAt = tellAt;
  }

  get bytesPerRow(): number {
    return this.#table.bytesPerRow;
  }

  add(): number {
    const row = this.#table.add();
    const c = this.#table.columns;
    c.farAt[row] = (this.#tellAt === undefined ? weighed : told).first;
    c.excess[row] = firstExcess;
    c.season.fill(unknown, row * hours, (row + 1) * hours);
    return row;
  }

  remove(row: number): void {
    this.#table.remove(row);
  }

  snapshot(from?: number, to?: number): Uint8Array {
    return this.#table.toBytes(from, to);
  }

  fits(bytes: Uint8Array): boolean {
    return this.#table.fits(bytes);
  }

  restore(bytes: Uint8Array): boolean {
    return this.#table.fromBytes(bytes);
  }

  append(bytes: Uint8Array): number {
    return this.#table.append(bytes);
  }

  /** Values left until news may be told again. */
  rest(row: number): number {
    return this.#table.columns.rest[row]!;
  }

  startRest(row: number, values: number): void {
    this.#table.columns.rest[row] = values;
  }

  /**
   * Shows a finite value. `isBreak`: the series goes on from another place for a reason that is no news. `least`: the distance
   * that is believed to be usual at least, in the unit of the value. `tellShare`: of all values that may be told as far.
   */
  observe(
    row: number,
    value: number,
    o: { at: number; isBreak: boolean; least: number; tellShare?: number | undefined },
  ): void {
    const c = this.#table.columns;
    if (c.unit[row] === 0) {
      if (value === 0 && c.count[row]! < newsWarmUp) c.count[row] = c.count[row]! + 1;
      this.surprise = 0;
      this.ratio = 0;
      if (value === 0) return;
      c.unit[row] = Math.min(Math.max(Math.abs(value), 1e-37), 1e37);
    }
    const scaled = value / c.unit[row]!;
    const magnitude = c.magnitude[row]!;
    // One absurd value must not be news for days.
    const bound = magnitude > 0 ? Math.min(mostLeap * magnitude, most) : most;
    const y = Math.abs(scaled) < 1e-30 ? 0 : clip(scaled, bound);
    if (c.rest[row]! > 0) c.rest[row] = c.rest[row]! - 1;
    if (magnitude === 0) {
      c.expected[row] = y;
      c.level[row] = y;
      c.magnitude[row] = Math.abs(y);
    }
    if (o.isBreak) {
      c.level[row] = c.level[row]! + (y - c.expected[row]!);
      c.expected[row] = y;
    }
    const n = Math.min(c.count[row]! + 1, 65_535);
    c.count[row] = n;
    // What was cut off of an absurd value must not make its distance look usual, or the average would go half way to it.
    const isCut = Math.abs(y) > 0 && Math.abs(y) < Math.abs(scaled);
    const least = (o.least / c.unit[row]!) * (isCut ? Math.abs(y / scaled) : 1);
    const z = this.#far(row, y, { n, isCut, leastUsual: Math.min(least, most) });
    this.#weigh(row, z, o.tellShare ?? weighed.share);
    this.#compare(row, y, n, hourOf(o.at));
  }

  /** How many usual distances the value is off; what is usual learns. `isCut`: the value was farther than what is believed. */
  #far(row: number, y: number, { n, isCut, leastUsual }: { n: number; isCut: boolean; leastUsual: number }): number {
    const c = this.#table.columns;
    const expected = c.expected[row]!;
    const magnitude = c.magnitude[row]!;
    const residual = y - expected;
    const distance = Math.abs(residual);
    const least = Math.max(
      deviationShare * c.deviation[row]!,
      sizeShare * magnitude,
      rounding * Math.abs(y),
      leastUsual,
    );
    const usual = Math.max(c.usual[row]!, least);
    const isWarm = n > farWarmUp;
    const z = isWarm && distance > 0 ? distance / usual : 0;
    // A single absurd value teaches the long-run sizes nothing, or nothing would be far for 2,000 values.
    const slow = isCut && isWarm && c.runAndRest[row]! % runBits === 0 ? 0 : Math.max(1 / n, slowRate);
    c.deviation[row] = c.deviation[row]! + slow * (Math.abs(y - c.level[row]!) - c.deviation[row]!);
    c.magnitude[row] = magnitude + slow * (Math.abs(y) - magnitude);
    const bounded = isWarm ? Math.min(distance, clipUsual * usual) : distance;
    c.usual[row] = c.usual[row]! + Math.max(1 / n, usualRate) * (bounded - c.usual[row]!);
    // One far value hardly moves the average, or the next ordinary value would look far too; several in a row do.
    const isOff = isWarm && distance > farFrom * usual;
    const rest = Math.floor(c.runAndRest[row]! / runBits);
    const run = isOff ? (c.runAndRest[row]! % runBits) + 1 : 0;
    c.runAndRest[row] = runBits * rest + (run >= believedAfter ? 0 : run);
    if (run >= believedAfter) c.expected[row] = y;
    else c.expected[row] = expected + follow * (isOff ? Math.sign(residual) * farFrom * usual : residual);
    this.side = residual < 0 ? -1 : 1;
    return z;
  }

  #weigh(row: number, z: number, share: number): void {
    const c = this.#table.columns;
    const farAt = c.farAt[row]!;
    const excess = c.excess[row]!;
    const isFar = z > 0 && z >= farAt;
    this.isRetold = this.#tellAt !== undefined && this.#isRetold(row, z, isFar);
    this.surprise = 0;
    if (!(z > 0)) return;
    const over = z - farAt;
    if (isFar) c.excess[row] = excess + excessRate * (Math.min(over, clipUsual * excess) - excess);
    const { least, rate } = this.#tellAt === undefined ? weighed : told;
    // What is far but not told spends nothing of the share.
    if (!this.isRetold) c.farAt[row] = clip(Math.max(least, farAt * (isFar ? 1 + rate : 1 - rate * share)), farMost);
    const farSurprise = this.#tellAt ?? -Math.log10(share);
    this.surprise = isFar ? farSurprise + over / (Math.max(excess, 0.5) * Math.LN10) : (farSurprise * z) / farAt;
  }

  /** Notes what is told. */
  #isRetold(row: number, z: number, isFar: boolean): boolean {
    const c = this.#table.columns;
    const rest = Math.floor(c.runAndRest[row]! / runBits);
    if (rest > 0) c.runAndRest[row] = c.runAndRest[row]! - runBits;
    if (!isFar) return false;
    if (rest > 0 && z < louder * told.least * Math.exp(toldStep * c.told[row]!)) return true;
    c.runAndRest[row] = (c.runAndRest[row]! % runBits) + runBits * tellRest;
    c.told[row] = Math.min(255, Math.floor(Math.log(z / told.least) / toldStep));
    return false;
  }

  #compare(row: number, y: number, n: number, hour: number): void {
    const c = this.#table.columns;
    const bin = row * hours + hour;
    const known = c.season[bin]!;
    const season = known === unknown ? 0 : known * c.step[row]!;
    const residual = y - c.level[row]! - season;
    c.level[row] = c.level[row]! + levelRate * residual;
    const deviation = y - c.level[row]!;
    this.#learnHour(row, bin, known === unknown ? deviation : season + hourRate * (deviation - season));
    const s = this.#sizes;
    s[0] = Math.abs(residual);
    const means = row * (sizes - 1);
    for (let k = 1; k < sizes; k++) {
      const mean = c.means[means + k - 1]! + meanRates[k - 1]! * (residual - c.means[means + k - 1]!);
      c.means[means + k - 1] = mean;
      s[k] = Math.abs(mean);
    }
    const isWarm = n > newsWarmUp;
    const fade = 1 - Math.LN2 / Math.min(halfLifeMost, Math.max(halfLifeLeast, n));
    const least = rounding * c.magnitude[row]!;
    let sum = 0;
    for (let k = 0; k < sizes; k++) {
      const size = s[k]!;
      const record = c.records[row * sizes + k]!;
      if (isWarm && size > least) {
        const ratio = Math.min(size / Math.max(record, least), 1e4);
        sum += ratio * ratio * ratio;
      }
      const faded = record * fade;
      if (size <= faded) c.records[row * sizes + k] = faded;
      else c.records[row * sizes + k] = isWarm ? Math.min(size, Math.max(faded * lift, faded + least)) : size;
    }
    this.newsSide = c.means[means + 1]! < 0 ? -1 : 1;
    this.ratio = Math.cbrt(sum / sizes);
  }

  /** Sixteen bits an hour: when one does not fit, all are told in larger steps. */
  #learnHour(row: number, bin: number, to: number): void {
    const c = this.#table.columns;
    const size = Math.abs(to);
    if (c.step[row] === 0) c.step[row] = Math.max(size, c.magnitude[row]!) / 4_096;
    if (size > steps * c.step[row]!) {
      const larger = (2 * size) / steps;
      const shrink = c.step[row]! / larger;
      for (let k = row * hours; k < (row + 1) * hours; k++)
        if (c.season[k] !== unknown) c.season[k] = Math.round(c.season[k]! * shrink);
      c.step[row] = larger;
    }
    c.season[bin] = Math.round(to / c.step[row]!);
  }
}

function hourOf(at: number): number {
  const hour = Math.floor(at / hourMs) % hours;
  return hour < 0 ? hour + hours : hour;
}

function clip(x: number, bound: number): number {
  return Math.min(Math.max(x, -bound), bound);
}

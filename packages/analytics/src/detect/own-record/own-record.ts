/**
 * The default for one recorded series. Three questions about each row, from the loudest answer to the quietest:
 *  1. Is this news? Residuals against the day's and the week's habit, plain and on two logarithmic scales (asinh), at several
 *     scales, and the distance of the latest shape to remembered ones, each against its own record. The power mean of the
 *     ratios passing `newsAt` is news, once; then it rests. What comes daily at one time is a habit. Score 0.99 to 1, anomalous;
 *     on fine data younger than two days, where most things are new, it scores like a far value.
 *  2. Is this value far from where the next row should be? Score 0.6 at least, anomalous; the next two rows only when louder.
 *  3. Is something going on? The evidence of the last rows: on data minutes apart and coarser, where what matters lasts for
 *     hours, the peak of the smoothed residual, fading slowly; on finer data `LastingEvidence`.
 * Bad at: its first 150 rows. It keeps some 15 KB a series, which is why it is not what watches 500,000 of them.
 */
import { farShareAt } from '../far-share.ts';
import type { DetectMember, MemberRun, MemberTable, RowVerdict } from '../member.ts';
import { CounterRate } from './counter-rate.ts';
import { FarHabits } from './far-habits.ts';
import { LastingEvidence } from './lasting-evidence.ts';
import { hasHabits, NewsHabits } from './news-habits.ts';
import { PatternMemory } from './pattern-memory.ts';
import { PointDeviation } from './point-deviation.ts';
import { Records } from './records.ts';
import { SeasonResidual, scales } from './season-residual.ts';
import { StillRun } from './still-run.ts';

const day = { periodMs: 86_400_000, bins: 24, rate: 0.03 };
const week = { periodMs: 7 * 86_400_000, bins: 168, rate: 0.15 };
/** A residual of each is followed: of the value itself, and of asinh(value / unit) for each unit, in median sizes. */
const seasons = [day, week];
const logUnits = [1, 5];
/** Every scale of every residual counts 1. Weights by search did better on the streams they were searched on, and worse on others. */
const patternWeight = 3;
const patternSteps = [3, 5, 10];
const patternLength = 10;
const patternCapacity = 32;
const residualLift = 1.1;
const patternLift = 1.5;
const newsAt = 0.88;
const restRows = 60;
/** Of 977 false news on 80 series a minute apart 689 came within their first two days. */
const youngMs = 2 * 86_400_000;
const youngRows = 2880;
/** What the usual distance is at least: the deviation does not count, or spikes would hide behind a wandering level. */
const leastUsual = { rough: 0.2, deviation: 0, size: 0.003 };
/** A value this many usual distances off is far, at first; then as many as leave a share of all rows beyond it (`farShareAt`). */
const farFirst = 4;
const farLeast = 3.5;
const farMost = 14;
/** Of rows a minute apart, which is what is believed until two have come. */
const farShare = 0.003;
const farRate = 0.04;
/** What comes more often than so many times that share, and as far, is a habit (`FarHabits`). */
const habitShares = 2;
/** For so many rows after a far value only what is so many times farther is told: the budget is for events. */
const farRestRows = 2;
const louder = 1.3;
const newsScore = 0.98;
const farScore = 0.6;
/** On rows this far apart one row is what an event may be: a far value ranks above what only goes on. */
const sparseMs = 30 * 60_000;
const farScoreSparse = 0.96;
const evidenceMost = 0.95;
/** Values from which a logarithmic scale's unit is taken. */
const sizing = 64;
const mostValue = 1e140;
/** So many times the largest value so far is all that is believed: one absurd value must not be news for days. */
const mostLeap = 100;
const coarseMs = 150_000;
const fadeRows = 300;
/** What was expected before a gap of more intervals is no longer. */
const gapIntervals = 5;
/** So many rises in a row are a counter: its fall is a restart and no news. */
const counterRises = 24;
const bandWidths = 3;

export const ownRecord: DetectMember = {
  name: 'own-record',
  about: 'residuals at several scales and unseen shapes, each against its own record; one series',
  leastColumns: 1,
  mostColumns: 1,
  start: (table) => new CounterRate(table.intervalMs, () => new OwnRecordRun(table)),
};

class OwnRecordRun implements MemberRun {
  readonly #plain = seasons.map((season) => new SeasonResidual(season));
  readonly #logs = logUnits.map((unit) => ({
    unit,
    largest: 0,
    residuals: seasons.map((season) => new SeasonResidual(season)),
  }));
  readonly #patterns = patternSteps.map((step) => new PatternMemory(step, patternLength, patternCapacity));
  readonly #point = new PointDeviation(0.5, leastUsual);
  readonly #lasting = new LastingEvidence();
  readonly #records: Records;
  readonly #habits = new NewsHabits();
  readonly #farHabits = new FarHabits();
  readonly #still = new StillRun();
  readonly #sizes: Float64Array;
  readonly #largest: Float64Array;
  #first: { at: number; x: number }[] | undefined = [];
  #unit = 1;
  #largestValue = 0;
  #intervalMs: number;
  #lastAt = Number.NaN;
  #last = Number.NaN;
  #rises = 0;
  #resting = 0;
  #evidence = 0;
  #farShare = farShare;
  #farAt = farFirst;
  #farRest = 0;
  #farTold = 0;
  #firstAt = Number.NaN;
  #rows = 0;

  constructor(table: MemberTable) {
    this.#intervalMs = table.intervalMs;
    if (this.#intervalMs > 0) this.#farShare = farShareAt(this.#intervalMs, farShare);
    const residuals = seasons.length * (1 + logUnits.length);
    const kinds = [
      ...Array.from({ length: residuals * scales }, () => ({ weight: 1, lift: residualLift })),
      ...patternSteps.map(() => ({ weight: patternWeight, lift: patternLift })),
    ];
    this.#records = new Records(kinds);
    this.#sizes = new Float64Array(kinds.length);
    this.#largest = new Float64Array(kinds.length);
  }

  observe(at: number, values: Float64Array, out: RowVerdict): void {
    const value = values[0]!;
    out.score = 0;
    out.anomalous = false;
    out.parts[0] = 0;
    out.expected = Number.NaN;
    out.lower = Number.NaN;
    out.upper = Number.NaN;
    if (!Number.isFinite(value)) return;
    const x = Math.min(Math.max(value, -mostValue), mostValue);
    if (this.#rows++ === 0) this.#firstAt = at;
    this.#noteBreaks(at, x);
    const point = this.#point;
    if (point.isWarm) {
      out.expected = point.expected;
      out.lower = point.expected - bandWidths * point.usual;
      out.upper = point.expected + bandWidths * point.usual;
    }
    const z = point.observe(x);
    const news = this.#news(at, x);
    this.#remember(at, x);
    if (this.#resting > 0) this.#resting--;
    const isNew = news >= newsAt && this.#resting === 0;
    if (isNew) this.#resting = restRows + 1;
    const isNews = isNew && !(hasHabits(this.#intervalMs) && this.#habits.observe(at, news));
    const farAt = this.#farAt;
    const isBeyond = z >= farAt;
    const isTold = isBeyond && (this.#farRest === 0 || z >= louder * this.#farTold);
    this.#farHabits.pass();
    const isFar = isTold && !this.#farHabits.observe(z, habitShares * this.#farShare);
    if (this.#farRest > 0) this.#farRest--;
    const isStill = this.#still.observe(x);
    if (isTold) {
      this.#farRest = farRestRows;
      this.#farTold = z;
    }
    // What is beyond but not told spends nothing of the share.
    if (z > 0 && isTold === isBeyond) {
      const moved = farAt * (isTold ? 1 + farRate : 1 - farRate * this.#farShare);
      this.#farAt = Math.min(Math.max(moved, farLeast), farMost);
    }
    out.score = (evidenceMost * this.#evidence) / (this.#evidence + 1);
    const isYoung = this.#intervalMs < coarseMs && this.#rows <= youngRows && at - this.#firstAt < youngMs;
    if (isNews && !isYoung) out.score = 1 - ((1 - newsScore) * newsAt) / (2 * news);
    else if (isNews || isFar || isStill)
      out.score = Math.max(
        out.score,
        (this.#intervalMs < sparseMs ? farScore : farScoreSparse) + 0.02 * (1 - farAt / Math.max(z, farAt)),
      );
    out.anomalous = isNews || isFar || isStill;
    out.parts[0] = out.score;
  }

  /** How near the sizes of this row are to their records. */
  #news(at: number, value: number): number {
    const bound = this.#largestValue > 0 ? mostLeap * this.#largestValue : mostValue;
    const x = Math.min(Math.max(value, -bound), bound);
    this.#largestValue = Math.max(this.#largestValue, Math.abs(x));
    for (const residual of this.#plain) residual.observe(at, x);
    for (const pattern of this.#patterns) pattern.observe(x);
    if (this.#first !== undefined) this.#chooseUnit(at, x);
    else this.#observeLogs(at, x);
    const sizes = this.#sizes;
    const largest = this.#largest;
    let k = 0;
    const gather = (residuals: readonly SeasonResidual[], most: number) => {
      for (const residual of residuals) {
        for (let scale = 0; scale < scales; scale++) {
          sizes[k] = residual.sizes[scale]!;
          largest[k++] = most;
        }
      }
    };
    gather(this.#plain, this.#largestValue);
    for (const log of this.#logs) gather(log.residuals, log.largest);
    for (const pattern of this.#patterns) {
      sizes[k] = pattern.distance;
      largest[k++] = this.#largestValue;
    }
    return this.#records.observe(sizes, largest);
  }

  #observeLogs(at: number, x: number): void {
    for (const log of this.#logs) {
      const value = Math.asinh(x / (log.unit * this.#unit));
      log.largest = Math.max(log.largest, Math.abs(value));
      for (const residual of log.residuals) residual.observe(at, value);
    }
  }

  /** The first values wait for the unit of their logarithms, their median size, and are then told in order. */
  #chooseUnit(at: number, x: number): void {
    const first = this.#first!;
    first.push({ at, x });
    if (first.length < sizing) return;
    const sorted = first.map((each) => Math.abs(each.x)).sort((a, b) => a - b);
    this.#unit = sorted[sizing >> 1]! || sorted[sizing - 1]! || 1;
    for (const each of first) this.#observeLogs(each.at, each.x);
    this.#first = undefined;
  }

  #remember(at: number, x: number): void {
    if (this.#intervalMs < coarseMs) {
      this.#evidence = this.#lasting.observe(at, x);
      return;
    }
    const smooth = this.#point.isWarm
      ? this.#plain[0]!.sizes[1]! / Math.max(this.#point.deviation, 1e-12 * this.#largestValue)
      : 0;
    const faded = this.#evidence * 0.5 ** (1 / fadeRows);
    this.#evidence = Math.min(1e6, Math.max(faded, Number.isNaN(smooth) ? 0 : smooth));
  }

  /** A counter that restarted and a gap are no news: levels go on from the new value. */
  #noteBreaks(at: number, x: number): void {
    const gap = at - this.#lastAt;
    if (this.#intervalMs <= 0 && gap > 0) {
      this.#intervalMs = gap;
      this.#farShare = farShareAt(gap, farShare);
    }
    if (gap < 0 || (this.#intervalMs > 0 && gap > gapIntervals * this.#intervalMs)) this.#point.restart(x);
    if (x < this.#last) {
      if (this.#rises >= counterRises) {
        this.#point.restart(x);
        for (const residual of this.#plain) residual.shift(x - this.#last);
      }
      this.#rises = 0;
    } else if (x > this.#last) this.#rises++;
    this.#lastAt = at;
    this.#last = x;
  }
}

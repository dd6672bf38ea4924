/**
 * A band around level and season; the default detector builds on it (record-band/). Each value is moved to t = asinh(x / resolution), where noise that is proportional to the level
 * has one size and differences below the resolution vanish. There a level follows the series (exponential smoothing with
 * clipped steps, so that anomalies hardly move it), beside it a season of 24 hour-of-day bins; whichever predicted
 * better lately gives the expected value. The residual, in units of a robust spread (mean absolute deviation, clipped,
 * never below `spreadFloor`), gets a tail probability learned per series and side (tail.ts) and from it the score
 * (alarm-budget.ts). A run of outliers that lasts `shiftAfterMs` is the new level; on the side that does not alarm, sooner.
 * Bad at: seasons other than a day, slow ramps (a leak has its own watch), alternating modes in their first hours.
 */
import { alarmSurprise, anomalyThreshold, bandTail, falseAlarmsPerAgentWeek, scoreOf } from './alarm-budget.ts';
import {
  createVerdicts,
  type Detector,
  type DetectorOptions,
  type ObserveOptions,
  type RowOptions,
  silence,
  type Verdicts,
} from './detector.ts';
import { RowColumns } from './row-columns.ts';
import { firstExcess, firstShare, learnExcess, learnShare, residualAt, surpriseOf } from './tail.ts';

const hours = 24;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Values seen before the first verdict. */
const warmUp = 30;
/** Values whose median becomes the resolution of a row that was given none. */
const sizing = 9;
const levelRate = 0.1;
const spreadRate = 0.015;
const clipSpreads = 2.5;
/** Beyond this many spreads a value is an outlier: it moves the level a tenth as much. */
const outlierSpreads = 4;
const outlierWeight = 0.1;
/** How much the peak of a whole excursion teaches, against one ordinary value. */
const excursionWeight = 2.5;
const shiftAfterMs = 30 * 60_000;
const shiftAfterPoints = 20;
/** On the side that nobody is woken for, a new level is believed after this many values, */
const quickShiftPoints = 12;
/** and then the old one stays within so many spreads at first: a level that came quickly may go as quickly. */
const quickShiftSpreads = 3;
/** After silence (many intervals and minutes) the world may have changed: this many values are taken as the new level, silently. */
const settlePoints = 4;
const gapIntervals = 20;
const leastGapMs = 300_000;
/** So many rises in a row are a counter: its fall is a restart and no news. */
const counterRises = 24;
const tMost = 700;
const bandSurprise = -Math.log10(bandTail);
const noBin = 255;
/** A season's hour that was never seen; the others are steps of 1/1000 of t, within 32 of its base. */
const unknown = -32_768;
const seasonSteps = 1_000;
const seasonAfterS = (2 * dayMs) / 1_000;
/** Sizes wait for their median as 30 steps a doubling. */
const sizeSteps = 30;
const mostFloat = 3e38;

const flagUp = 1;
const flagDown = 2;
const flagNegative = 4;
const flagSized = 8;

// Small, because there is one for each of 500,000 series: times in seconds, the season as 1/1000 above `seasonBase`.
const spec = {
  level: ['f32', 1],
  seasonLevel: ['f32', 1],
  seasonBase: ['f32', 1],
  runMean: ['f32', 1],
  binMean: ['f32', 1],
  last: ['f32', 1],
  resolution: ['f32', 1],
  ceiling: ['f32', 1],
  lastAtS: ['u32', 1],
  firstAtS: ['u32', 1],
  intervalMs: ['f32', 1],
  spreadFloor: ['f32', 1],
  spread: ['f32', 1],
  seasonSpread: ['f32', 1],
  shareUp: ['f32', 1],
  excessUp: ['f32', 1],
  shareDown: ['f32', 1],
  excessDown: ['f32', 1],
  runPeak: ['f32', 1],
  season: ['i16', hours],
  count: ['u32', 1],
  binCount: ['u16', 1],
  run: ['u16', 1],
  bin: ['u8', 1],
  side: ['u8', 1],
  settle: ['u8', 1],
  rises: ['u8', 1],
  flags: ['u8', 1],
} as const;

export function createSeasonalBand(options: DetectorOptions = {}): Detector {
  return new SeasonalBand(options);
}

export class SeasonalBand implements Detector {
  readonly name = 'seasonal-band';
  readonly #table = new RowColumns<typeof spec>('seasonal-band', spec);
  // What belongs to the point in hand; fields, because an object per point would cost more than the arithmetic.
  #at = 0;
  #atS = 0;
  readonly #alarmAtShare: number;
  readonly #falseAlarms: number;
  #out: Verdicts = createVerdicts(0);
  #season = 0;
  #spread = 0;

  constructor(options: DetectorOptions) {
    this.#falseAlarms = options.falseAlarmsPerAgentWeek ?? falseAlarmsPerAgentWeek;
    this.#alarmAtShare = options.alarmShare === undefined ? Number.NaN : -Math.log10(options.alarmShare);
  }

  get rows(): number {
    return this.#table.size;
  }

  bytesPerRow(): number {
    return this.#table.bytesPerRow;
  }

  addRow(options: RowOptions): number {
    const { intervalMs, sense, resolution, ceiling } = options;
    const row = this.#table.add();
    const c = this.#table.columns;
    const sized = resolution !== undefined && resolution > 0 && Number.isFinite(resolution);
    c.intervalMs[row] = Math.max(intervalMs, 1);
    c.last[row] = Number.NaN;
    c.resolution[row] = sized ? bounded(resolution) : 1;
    c.ceiling[row] = ceiling ?? Number.NaN;
    // Without a resolution nothing is known of what matters, so the data alone decides, down to 3 % of the level.
    c.spreadFloor[row] = options.spreadFloor ?? (sized ? 0.12 : 0.03);
    c.seasonLevel[row] = Number.NaN;
    c.season.fill(unknown, row * hours, (row + 1) * hours);
    c.shareUp[row] = firstShare;
    c.shareDown[row] = firstShare;
    c.excessUp[row] = firstExcess;
    c.excessDown[row] = firstExcess;
    c.bin[row] = noBin;
    c.flags[row] =
      (sense === 'lower_is_worse' ? 0 : flagUp) |
      (sense === 'higher_is_worse' ? 0 : flagDown) |
      (sized ? flagSized : 0);
    return row;
  }

  removeRow(row: number): void {
    this.#table.remove(row);
  }

  has(row: number): boolean {
    return this.#table.has(row);
  }

  /** -log10 of the chance that makes a value of this row an alarm. */
  alarmAt(row: number): number {
    if (!Number.isNaN(this.#alarmAtShare)) return this.#alarmAtShare;
    return alarmSurprise(this.#table.columns.intervalMs[row]!, this.#falseAlarms);
  }

  /** How far apart its values normally come, milliseconds. */
  intervalMs(row: number): number {
    return this.#table.columns.intervalMs[row]!;
  }

  /** Whether it has seen enough values for verdicts. */
  isWarm(row: number): boolean {
    const c = this.#table.columns;
    return (c.flags[row]! & flagSized) !== 0 && c.count[row]! > warmUp;
  }

  /** Whether the row alarms on this side. */
  alarmsAt(row: number, isUp: boolean): boolean {
    return (this.#table.columns.flags[row]! & (isUp ? flagUp : flagDown)) !== 0;
  }

  /** The least distance at this value that the row believes to be usual, in the unit of the value. */
  leastDistance(row: number, value: number): number {
    const c = this.#table.columns;
    const size = Math.abs(Number.isNaN(c.ceiling[row]!) ? value : c.ceiling[row]! - value);
    return c.spreadFloor[row]! * Math.max(c.resolution[row]!, Math.min(size, mostFloat));
  }

  /** Whether the value shown last goes on from another place, for a reason that is no news (a gap, a restarted counter). */
  hasBroken(row: number): boolean {
    return this.#table.columns.settle[row] === settlePoints - 1;
  }

  snapshot(from?: number, to?: number): Uint8Array {
    return this.#table.toBytes(from, to);
  }

  restore(bytes: Uint8Array): boolean {
    return this.#table.fromBytes(bytes);
  }

  fits(bytes: Uint8Array): boolean {
    return this.#table.fits(bytes);
  }

  append(bytes: Uint8Array): number {
    return this.#table.fits(bytes) ? this.#table.append(bytes) : -1;
  }

  observe(rows: Uint32Array, values: Float64Array, options: ObserveOptions): void {
    const { count, out } = options;
    this.#at = options.at;
    this.#atS = Math.min(Math.max(Math.round(options.at / 1_000), 1), 0xffff_ffff);
    this.#out = out;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      const value = values[i]!;
      silence(out, i);
      if (!Number.isFinite(value) || !this.#table.has(row)) continue;
      if ((this.#table.columns.flags[row]! & flagSized) === 0) this.#size(row, value);
      else this.#judge(row, value, i);
    }
  }

  /** Takes the first values of a row without resolution; their median size becomes it. */
  #size(row: number, value: number): void {
    const c = this.#table.columns;
    const seen = c.count[row]!;
    const base = row * hours;
    const size = Math.abs(Number.isNaN(c.ceiling[row]!) ? value : c.ceiling[row]! - value);
    c.season[base + seen] = size > 0 ? Math.round(Math.log2(size) * sizeSteps) : unknown;
    c.count[row] = seen + 1;
    if (seen + 1 < sizing) return;
    const median = c.season.slice(base, base + sizing).sort()[(sizing - 1) / 2]!;
    c.resolution[row] = median === unknown ? 1 : bounded(2 ** (median / sizeSteps));
    c.season.fill(unknown, base, base + hours);
    c.count[row] = 0;
    c.flags[row] = c.flags[row]! | flagSized;
  }

  #judge(row: number, value: number, i: number): void {
    const out = this.#out;
    const c = this.#table.columns;
    const resolution = c.resolution[row]!;
    const ceiling = c.ceiling[row]!;
    const t = toT(value, resolution, ceiling);
    const seen = c.count[row]!;
    if (value < 0) c.flags[row] = c.flags[row]! | flagNegative;
    if (seen === 0) {
      c.level[row] = t;
      c.firstAtS[row] = this.#atS;
      c.seasonBase[row] = t;
      c.spread[row] = c.spreadFloor[row]!;
      c.seasonSpread[row] = c.spreadFloor[row]!;
    }
    this.#noteBreaks(row, value);

    const season = this.#seasonAt(row);
    const seasonal = season + c.seasonLevel[row]!;
    const isSeasonal =
      this.#atS - c.firstAtS[row]! >= seasonAfterS &&
      !Number.isNaN(seasonal) &&
      c.seasonSpread[row]! < 0.9 * c.spread[row]!;
    const predicted = isSeasonal ? seasonal : c.level[row]!;
    // Early estimates are unsure of themselves.
    const own = isSeasonal ? c.seasonSpread[row]! : c.spread[row]!;
    const spread = Math.max(own, c.spreadFloor[row]!) * (1 + 20 / (seen + 1));
    const r = (t - predicted) / spread;

    if (seen >= warmUp && c.settle[row] === 0) {
      const up = residualAt(bandSurprise, c.shareUp[row]!, c.excessUp[row]!);
      const down = residualAt(bandSurprise, c.shareDown[row]!, c.excessDown[row]!);
      const lower = fromT(predicted - down * spread, resolution, ceiling);
      out.expected[i] = fromT(predicted, resolution, ceiling);
      out.upper[i] = fromT(predicted + up * spread, resolution, ceiling);
      out.lower[i] = (c.flags[row]! & flagNegative) === 0 && lower < 0 ? 0 : lower;
      const score = scoreOf(this.#surprise(row, r), this.alarmAt(row));
      out.score[i] = score;
      out.anomalous[i] = score >= anomalyThreshold ? 1 : 0;
    }
    this.#season = season;
    this.#spread = spread;
    this.#learn(row, t, r);
    c.count[row] = seen + 1;
    this.#learnBin(row, predicted + clip(t - predicted, clipSpreads * spread));
  }

  /** 0 on a side that does not alarm. */
  #surprise(row: number, r: number): number {
    const c = this.#table.columns;
    if (r > 0) return (c.flags[row]! & flagUp) === 0 ? 0 : surpriseOf(r, c.shareUp[row]!, c.excessUp[row]!);
    return (c.flags[row]! & flagDown) === 0 ? 0 : surpriseOf(-r, c.shareDown[row]!, c.excessDown[row]!);
  }

  /** Gaps, a clock that went back and restarted counters: the next few values are taken as they come. */
  #noteBreaks(row: number, value: number): void {
    const c = this.#table.columns;
    const atS = this.#atS;
    const lastAtS = c.lastAtS[row]!;
    const gapMs = lastAtS === 0 ? 0 : (atS - lastAtS) * 1_000;
    if (gapMs < 0 || (gapMs > leastGapMs && gapMs > gapIntervals * c.intervalMs[row]!)) c.settle[row] = settlePoints;
    // A clock that went back must not make the row older than it is.
    if (gapMs < 0 && c.firstAtS[row]! > atS) c.firstAtS[row] = atS;
    c.lastAtS[row] = atS;
    const last = c.last[row]!;
    value = Math.fround(clip(value, mostFloat));
    if (value < last) {
      if (c.rises[row]! >= counterRises) c.settle[row] = settlePoints;
      c.rises[row] = 0;
    } else if (value > last && c.rises[row]! < 255) c.rises[row] = c.rises[row]! + 1;
    c.last[row] = value;
  }

  #learn(row: number, t: number, r: number): void {
    const season = this.#season;
    const spread = this.#spread;
    const c = this.#table.columns;
    const seen = c.count[row]!;
    const settle = c.settle[row]!;
    if (settle > 0) {
      c.level[row] = settle === settlePoints ? t : c.level[row]! + 0.5 * (t - c.level[row]!);
      c.seasonLevel[row] = c.level[row]! - season;
      c.settle[row] = settle - 1;
      c.run[row] = 0;
      return;
    }
    const isOutlier = seen >= warmUp && Math.abs(r) > outlierSpreads;
    if (isOutlier) {
      this.#followRun(row, t, r);
      if (c.run[row] === 0) return; // The run just became the level.
    } else this.#leaveRun(row);

    const rate = Math.max(levelRate, 1 / (seen + 1)) * (isOutlier ? outlierWeight : 1);
    const flatResidual = t - c.level[row]!;
    c.level[row] = c.level[row]! + rate * clip(flatResidual, clipSpreads * spread);
    const before = c.seasonLevel[row]!;
    if (!Number.isNaN(season)) {
      const step = Number.isNaN(before) ? t - season : rate * clip(t - season - before, clipSpreads * spread);
      c.seasonLevel[row] = Number.isNaN(before) ? step : before + step;
    }
    // What a fault looks like is not learned while it lasts.
    if (c.run[row]! > 0 || seen === 0) return;
    c.spread[row] = learnSpread(c.spread[row]!, flatResidual, seen);
    if (!Number.isNaN(season) && !Number.isNaN(before)) {
      c.seasonSpread[row] = learnSpread(c.seasonSpread[row]!, t - season - before, seen);
    }
    if (seen < warmUp) return;
    c.shareUp[row] = learnShare(r, c.shareUp[row]!);
    c.shareDown[row] = learnShare(-r, c.shareDown[row]!);
    if (r > 0) c.excessUp[row] = learnExcess(r, c.excessUp[row]!, 1);
    else c.excessDown[row] = learnExcess(-r, c.excessDown[row]!, 1);
  }

  /** An excursion that is over counts once, with its peak: what recurs is learned within a few visits. */
  #leaveRun(row: number): void {
    const c = this.#table.columns;
    const run = c.run[row]!;
    if (run === 0) return;
    // One good value among bad ones does not end a run.
    c.run[row] = run > 2 ? run - 2 : 0;
    if (c.run[row] === 0) this.#learnPeak(row);
  }

  #learnPeak(row: number): void {
    const c = this.#table.columns;
    const peak = c.runPeak[row]!;
    if (c.side[row] === 1) c.excessUp[row] = learnExcess(peak, c.excessUp[row]!, excursionWeight);
    else c.excessDown[row] = learnExcess(peak, c.excessDown[row]!, excursionWeight);
  }

  /** Counts outliers on one side in a row; a long enough run becomes the level. */
  #followRun(row: number, t: number, r: number): void {
    const c = this.#table.columns;
    const side = r > 0 ? 1 : 2;
    if (c.run[row] === 0 || c.side[row] !== side) {
      c.run[row] = 1;
      c.side[row] = side;
      c.runMean[row] = t;
      c.runPeak[row] = Math.abs(r);
      return;
    }
    c.run[row] = Math.min(c.run[row]! + 1, 65_535);
    c.runMean[row] = c.runMean[row]! + 0.2 * (t - c.runMean[row]!);
    c.runPeak[row] = Math.max(c.runPeak[row]!, Math.abs(r));
    const alarms = (c.flags[row]! & (side === 1 ? flagUp : flagDown)) !== 0;
    const needed = alarms ? Math.max(shiftAfterPoints, shiftAfterMs / c.intervalMs[row]!) : quickShiftPoints;
    if (c.run[row]! < needed) return;
    if (!alarms)
      c.spread[row] = Math.max(c.spread[row]!, Math.abs(c.runMean[row]! - c.level[row]!) / quickShiftSpreads);
    c.level[row] = c.runMean[row]!;
    c.seasonLevel[row] = c.runMean[row]! - this.#season;
    c.run[row] = 0;
    // A job that starts at the same minute each day is a new level each time; it must not alarm for ever.
    this.#learnPeak(row);
  }

  /** The season's share of the expected value, between the middles of two hours; NaN while one of them is unknown. */
  #seasonAt(row: number): number {
    const hour = (((this.#at % dayMs) + dayMs) % dayMs) / hourMs - 0.5;
    const whole = Math.floor(hour);
    const part = hour - whole;
    const { season, seasonBase } = this.#table.columns;
    const base = row * hours;
    const before = season[base + ((whole + hours) % hours)]!;
    const after = season[base + ((whole + 1) % hours)]!;
    if (before === unknown || after === unknown) return Number.NaN;
    return seasonBase[row]! + (before * (1 - part) + after * part) / seasonSteps;
  }

  #learnBin(row: number, t: number): void {
    const c = this.#table.columns;
    const bin = Math.floor((((this.#at % dayMs) + dayMs) % dayMs) / hourMs) % hours;
    const before = c.bin[row]!;
    if (bin !== before) {
      if (before !== noBin && c.binCount[row]! > 0) {
        const mean = (c.binMean[row]! - c.seasonBase[row]!) * seasonSteps;
        const place = row * hours + before;
        const known = c.season[place]!;
        c.season[place] = Math.round(clip(known === unknown ? mean : known + 0.3 * (mean - known), -unknown - 1));
      }
      c.bin[row] = bin;
      c.binMean[row] = 0;
      c.binCount[row] = 0;
    }
    if (c.binCount[row]! < 65_535) {
      c.binCount[row] = c.binCount[row]! + 1;
      c.binMean[row] = c.binMean[row]! + (t - c.binMean[row]!) / c.binCount[row]!;
    }
  }
}

/** 1.2533 times the mean absolute deviation is the standard deviation of normal noise. */
function learnSpread(spread: number, residual: number, seen: number): number {
  const size = Math.min(1.2533 * Math.abs(residual), 5 * spread);
  return Math.max(1e-9, spread + Math.max(spreadRate, 1 / (seen + 10)) * (size - spread));
}

function bounded(resolution: number): number {
  return Math.min(Math.max(resolution, 1e-37), 1e37);
}

function toT(value: number, resolution: number, ceiling: number): number {
  const t = Number.isNaN(ceiling) ? Math.asinh(value / resolution) : -Math.asinh((ceiling - value) / resolution);
  return clip(t, tMost);
}

function fromT(t: number, resolution: number, ceiling: number): number {
  const bounded = clip(t, tMost);
  const value = Number.isNaN(ceiling) ? resolution * Math.sinh(bounded) : ceiling - resolution * Math.sinh(-bounded);
  return clip(value, Number.MAX_VALUE);
}

function clip(x: number, most: number): number {
  return Math.min(Math.max(x, -most), most);
}

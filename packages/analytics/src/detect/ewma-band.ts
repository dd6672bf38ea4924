/**
 * The plain detector: an exponentially weighted mean and variance with clipped updates (Roberts 1959, the EWMA chart;
 * West 1979 for the variance), three constants, no season, no learned tail. It is a yardstick and a second citizen of the
 * conformance suite, cheap in memory (47 bytes a series).
 * Bad at: heavy tails (it allows for them by a flat factor), seasons, anything that is not roughly symmetric.
 */
import { alarmSurprise, anomalyThreshold, falseAlarmsPerAgentWeek, scoreOf } from './alarm-budget.ts';
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

const warmUp = 30;
const rate = 0.05;
const clipAt = 3;
/** Real noise has heavier tails than the normal law that turns z into a surprise. */
const tailFactor = 0.6;
/** z of the band's edge: 1 % on either side. */
const bandZ = 2.326 / tailFactor;
const shiftAfterMs = 30 * 60_000;
const shiftAfterPoints = 20;
const mostValue = 1e150;

const spec = {
  mean: ['f64', 1],
  variance: ['f64', 1],
  resolution: ['f64', 1],
  lastAt: ['f64', 1],
  intervalMs: ['f32', 1],
  spreadFloor: ['f32', 1],
  count: ['u32', 1],
  run: ['u16', 1],
  sense: ['u8', 1],
} as const;

const senses = ['neutral', 'higher_is_worse', 'lower_is_worse'] as const;

export function createEwmaBand(options: DetectorOptions = {}): Detector {
  return new EwmaBand(options);
}

class EwmaBand implements Detector {
  readonly name = 'ewma-band';
  readonly #table = new RowColumns<typeof spec>('ewma-band', spec);
  #out: Verdicts = createVerdicts(0);
  #at = 0;
  readonly #falseAlarms: number;

  constructor(options: DetectorOptions) {
    this.#falseAlarms = options.falseAlarmsPerAgentWeek ?? falseAlarmsPerAgentWeek;
  }

  get rows(): number {
    return this.#table.size;
  }

  bytesPerRow(): number {
    return this.#table.bytesPerRow;
  }

  addRow(options: RowOptions): number {
    const row = this.#table.add();
    const c = this.#table.columns;
    c.intervalMs[row] = Math.max(options.intervalMs, 1);
    c.resolution[row] = options.resolution ?? 0;
    c.spreadFloor[row] = options.spreadFloor ?? 0.05;
    c.sense[row] = senses.indexOf(options.sense);
    c.lastAt[row] = Number.NaN;
    return row;
  }

  removeRow(row: number): void {
    this.#table.remove(row);
  }

  snapshot(from?: number, to?: number): Uint8Array {
    return this.#table.toBytes(from, to);
  }

  restore(bytes: Uint8Array): boolean {
    return this.#table.fromBytes(bytes);
  }

  append(bytes: Uint8Array): number {
    return this.#table.fits(bytes) ? this.#table.append(bytes) : -1;
  }

  observe(rows: Uint32Array, values: Float64Array, options: ObserveOptions): void {
    this.#out = options.out;
    this.#at = options.at;
    for (let i = 0; i < options.count; i++) {
      silence(options.out, i);
      const value = values[i]!;
      if (Number.isFinite(value) && this.#table.has(rows[i]!)) this.#judge(rows[i]!, value, i);
    }
  }

  #judge(row: number, value: number, i: number): void {
    const c = this.#table.columns;
    // Squares of more would not be finite.
    const x = Math.min(Math.max(value, -mostValue), mostValue);
    const seen = c.count[row]!;
    if (seen === 0) c.mean[row] = x;
    const mean = c.mean[row]!;
    const floor = Math.max(0.1 * c.resolution[row]!, c.spreadFloor[row]! * Math.abs(mean), 1e-9);
    const spread = Math.max(Math.sqrt(c.variance[row]!), floor) * (1 + 20 / (seen + 1));
    const z = (x - mean) / spread;
    const gap = this.#at - c.lastAt[row]!;
    const isStale = gap < 0 || gap > Math.max(300_000, 20 * c.intervalMs[row]!);
    c.lastAt[row] = this.#at;
    if (isStale) c.mean[row] = x;
    else {
      if (seen >= warmUp) this.#write(row, z, i);
      this.#learn(row, x, z);
    }
    c.count[row] = seen + 1;
    if (seen < warmUp || isStale) return;
    this.#out.expected[i] = mean;
    this.#out.lower[i] = mean - bandZ * spread;
    this.#out.upper[i] = mean + bandZ * spread;
  }

  #write(row: number, z: number, i: number): void {
    const c = this.#table.columns;
    const sense = senses[c.sense[row]!]!;
    const counts = sense === 'neutral' || (sense === 'higher_is_worse') === z > 0;
    const score = counts
      ? scoreOf(normalSurprise(tailFactor * Math.abs(z)), alarmSurprise(c.intervalMs[row]!, this.#falseAlarms))
      : 0;
    this.#out.score[i] = score;
    this.#out.anomalous[i] = score >= anomalyThreshold ? 1 : 0;
  }

  #learn(row: number, x: number, z: number): void {
    const c = this.#table.columns;
    const seen = c.count[row]!;
    const isOutlier = seen >= warmUp && Math.abs(z) > 4;
    c.run[row] = isOutlier ? Math.min(c.run[row]! + 1, 65_535) : Math.max(0, c.run[row]! - 2);
    if (isOutlier && c.run[row]! >= Math.max(shiftAfterPoints, shiftAfterMs / c.intervalMs[row]!)) {
      c.mean[row] = x;
      c.run[row] = 0;
      return;
    }
    if (isOutlier) return;
    const mean = c.mean[row]!;
    const residual = Math.abs(z) > clipAt ? ((x - mean) / Math.abs(z)) * clipAt : x - mean;
    const own = Math.max(rate, 1 / (seen + 1));
    c.mean[row] = mean + own * residual;
    c.variance[row] = (1 - own) * (c.variance[row]! + own * residual * residual);
  }
}

/** -log10 of the normal tail beyond z (Mills' ratio, good to a few percent from z = 0.5 on). */
function normalSurprise(z: number): number {
  if (z < 0.5) return z;
  return (z * z) / (2 * Math.LN10) + Math.log10(Math.sqrt(2 * Math.PI) * (z + 1 / (z + 0.6)));
}

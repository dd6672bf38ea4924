/**
 * What is normal for each agent at this time of day under this load. A row per agent; in it 12 cells (four parts of the day
 * times a quiet, usual or busy load) and one for all together; in a cell, per signal, a mean and a mean deviation in
 * t = asinh(value / resolution), where noise in proportion to the level has one size and what matters to nobody vanishes.
 * Both learn with clipped steps, so a fault hardly moves them, but a new way of working becomes normal within hours.
 * Bad at: rhythms of a week; agents that were never seen at this hour (the cell of all together stands in).
 */
import { signals as definitions, type SignalName, type SignalSense, type Signals } from '@jaegis/model';
import { RowColumns } from '../detect/row-columns.ts';
import { freshValue } from '../health/signals.ts';

/** Signals whose behaviour is followed, and the difference, in the signal's unit, below which nobody cares. */
export const behaviorSignals: readonly (readonly [SignalName, number])[] = [
  ['latency_p95', 0.05],
  ['error_rate', 0.05],
  ['queue_length', 5],
  ['cpu_utilization', 0.1],
  ['memory_bytes', 64 * 2 ** 20],
  ['tokens_rate', 20],
  ['progress_rate', 0.5],
];
export const behaviorWidth = behaviorSignals.length;

const dayParts = ['at night', 'in the morning', 'in the afternoon', 'in the evening'] as const;
const loads = ['quiet', 'usual load', 'busy'] as const;
const cells = dayParts.length * loads.length;
const all = cells;
const places = (cells + 1) * behaviorWidth;
const dayMs = 86_400_000;
/** Ticks before a cell speaks for itself: ten minutes of the all-together one, five of the others. */
const leastSeen = 120;
const leastInCell = 60;
const slowest = 1 / 720;
const clipDeviations = 4;
const unlikeWeight = 0.1;
/** In t: less than a fifth up or down is never strange. */
export const leastDeviation = 0.2;
const loadEdge = 0.7;
/** About a fifth more or less load is still the usual one. */
const leastLoadDeviation = 0.3;

const spec = {
  mean: ['f32', places],
  deviation: ['f32', places],
  seen: ['u16', places],
  load: ['f32', 1],
  loadDeviation: ['f32', 1],
  loadSeen: ['u16', 1],
} as const;

export interface ProfileCell {
  /** "busy in the evening", or "so far" while that is not known. */
  readonly when: string;
  readonly known: boolean;
}

export interface UsualRange {
  readonly usual: number;
  readonly lower: number;
  readonly upper: number;
}

export class ProfileTable {
  readonly #table = new RowColumns<typeof spec>('behavior-profiles', spec);

  get size(): number {
    return this.#table.size;
  }

  get bytesPerAgent(): number {
    return this.#table.bytesPerRow;
  }

  add(): number {
    return this.#table.add();
  }

  remove(row: number): void {
    this.#table.remove(row);
  }

  snapshot(): Uint8Array {
    return this.#table.toBytes();
  }

  restore(bytes: Uint8Array): boolean {
    return this.#table.fromBytes(bytes);
  }

  /** The cell of this moment and load; `load` is `null` where it is not known. */
  cellOf(row: number, at: number, load: number | null): number {
    const c = this.#table.columns;
    const part = Math.floor(((((at % dayMs) + dayMs) % dayMs) / dayMs) * dayParts.length) % dayParts.length;
    if (load === null || c.loadSeen[row]! < leastSeen) return part * loads.length + 1;
    const from = (Math.asinh(load) - c.load[row]!) / Math.max(c.loadDeviation[row]!, leastLoadDeviation);
    return part * loads.length + (from < -loadEdge ? 0 : from > loadEdge ? 2 : 1);
  }

  /** How many usual deviations the signal is from its usual value here; NaN while that is not known. Signed. */
  distance(row: number, cell: number, signal: number, t: number): number {
    const place = this.#placeOf(row, cell, signal);
    if (place < 0) return Number.NaN;
    const c = this.#table.columns;
    return (t - c.mean[place]!) / Math.max(1.25 * c.deviation[place]!, leastDeviation);
  }

  /** The signal's usual value here and the range around it, in its unit; `null` while not known. */
  usual(row: number, cell: number, signal: number): UsualRange | null {
    const place = this.#placeOf(row, cell, signal);
    if (place < 0) return null;
    const c = this.#table.columns;
    const width = 3 * Math.max(1.25 * c.deviation[place]!, leastDeviation);
    const back = (t: number) => fromT(signal, t);
    const mean = c.mean[place]!;
    return { usual: back(mean), lower: Math.max(0, back(mean - width)), upper: back(mean + width) };
  }

  words(row: number, cell: number): ProfileCell {
    const known = behaviorSignals.some((_, signal) => this.#seen(row, cell, signal) >= leastInCell);
    const when = `${loads[cell % loads.length]} ${dayParts[Math.floor(cell / loads.length)]}`;
    return known ? { when, known } : { when: 'so far', known };
  }

  learnLoad(row: number, load: number | null): void {
    if (load === null) return;
    const c = this.#table.columns;
    const t = Math.asinh(load);
    const seen = c.loadSeen[row]!;
    const rate = Math.max(slowest, 1 / (seen + 1));
    const off = t - c.load[row]!;
    c.load[row] = c.load[row]! + rate * off;
    if (seen > 0) c.loadDeviation[row] = c.loadDeviation[row]! + rate * (Math.abs(off) - c.loadDeviation[row]!);
    if (seen < 65_535) c.loadSeen[row] = seen + 1;
  }

  /** `isUnlike`: what is strange right now teaches a tenth. */
  learn(at: { row: number; cell: number; signal: number }, t: number, isUnlike: boolean): void {
    this.#learnAt((at.row * (cells + 1) + all) * behaviorWidth + at.signal, t, isUnlike);
    this.#learnAt((at.row * (cells + 1) + at.cell) * behaviorWidth + at.signal, t, isUnlike);
  }

  #learnAt(place: number, t: number, isUnlike: boolean): void {
    const c = this.#table.columns;
    const seen = c.seen[place]!;
    const rate = Math.max(slowest, 1 / (seen + 1)) * (isUnlike ? unlikeWeight : 1);
    const most =
      seen < leastInCell ? Number.POSITIVE_INFINITY : clipDeviations * Math.max(c.deviation[place]!, leastDeviation);
    const off = Math.min(Math.max(t - c.mean[place]!, -most), most);
    c.mean[place] = c.mean[place]! + (seen === 0 ? t : rate * off);
    if (seen > 0) c.deviation[place] = c.deviation[place]! + rate * (Math.abs(off) - c.deviation[place]!);
    if (seen < 65_535) c.seen[place] = seen + 1;
  }

  #seen(row: number, cell: number, signal: number): number {
    return this.#table.columns.seen[(row * (cells + 1) + cell) * behaviorWidth + signal]!;
  }

  /** Where the signal's figures lie: in its cell, else in the one of all together; -1 while neither is known. */
  #placeOf(row: number, cell: number, signal: number): number {
    const own =
      this.#seen(row, cell, signal) >= leastInCell ? cell : this.#seen(row, all, signal) >= leastSeen ? all : -1;
    return own < 0 ? -1 : (row * (cells + 1) + own) * behaviorWidth + signal;
  }
}

/** Each signal in t; NaN where it is not known. */
export function readBehavior(known: Signals, o: { now: number; maxAgeMs: number }, out: Float64Array): void {
  behaviorSignals.forEach(([name, resolution], signal) => {
    const value = freshValue(known, name, o);
    out[signal] = value === null ? Number.NaN : Math.asinh(value / resolution);
  });
}

export function fromT(signal: number, t: number): number {
  return behaviorSignals[signal]![1] * Math.sinh(t);
}

export function senseOf(signal: number): SignalSense {
  return definitions[behaviorSignals[signal]![0]].sense;
}

/**
 * Every series that comes in, watched sample by sample: what is taken waits in typed arrays until `look` shows it to the
 * default detector, so that telemetry is acknowledged first and an event follows within milliseconds of its sample.
 *
 * A series is watched once it has lived for half a minute (what is gone by then costs no state). Counters are watched as
 * their increase a second, and a restart is a gap. Samples that are not newer than the last one, older than five minutes or
 * beyond `pointsPerSecond` are left out, the last of these counted. A point far beyond the alarm opens an anomaly at once; else
 * several must agree (anomaly-tracker.ts). Of one metric in one pool only so many anomalies are told: one cause, a few words.
 * Bad at: histograms (their buckets are not watched), series with a sample an hour, whose warm-up takes days.
 */
import type { Anomaly } from '@jaegis/model';
import { type AnomalySubject, AnomalyTracker } from './anomaly-tracker.ts';
import { createDetector } from './create-detector.ts';
import { createVerdicts, type Detector } from './detector.ts';
import { ToldGroups } from './told-groups.ts';

export interface WatchedSeries {
  readonly subject: AnomalySubject;
  readonly isCounter: boolean;
}

export interface SeriesWatchOptions {
  /** A small number for each ref: where its state is kept. */
  readonly slotOf: (ref: number) => number;
  /** What a series is; `undefined` when it is not to be watched. Asked once a series. */
  readonly describe: (ref: number) => WatchedSeries | undefined;
  /** Most series that are watched; further ones are counted. */
  readonly seriesLimit: number;
  /** Most points a second that are looked at. */
  readonly pointsPerSecond: number;
  readonly falseAlarmsPerAgentWeek?: number;
}

export interface SampleColumns {
  readonly refs: Uint32Array;
  /** Epoch milliseconds. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly length: number;
}

/** An agent has some hundred series that come in, beside the dozen signals that the budget was made for. */
const budgetShare = 0.1;
const youngMs = 30_000;
const oldestMs = 300_000;
const sameMomentMs = 1_000;
const goneMs = 300_000;
const longestMs = 3_600_000;
const waitingLimit = 262_144;
const burstSeconds = 2;
const pointsAtOnce = 2_048;
/** Two powers of ten beyond the alarm. */
const surelyAt = 0.9875;
const toldOfGroup = 20;
const openLimit = 5_000;

const young = -1;
/** Old enough; its next sample shows its interval. */
const ripe = -2;
const unwatched = -3;

export class SeriesWatch {
  readonly #options: SeriesWatchOptions;
  readonly #detector: Detector;
  readonly #tracker = new AnomalyTracker({ limit: openLimit, surelyAt });
  readonly #out = createVerdicts(pointsAtOnce);
  // By slot.
  #refs = new Uint32Array(1_024);
  #rows = new Int32Array(1_024);
  /** While young: when it was first seen. Later: the newest sample. */
  #lastAt = new Float64Array(1_024);
  // By row.
  #slots = new Uint32Array(1_024);
  #isCounter = new Uint8Array(1_024);
  #lastValue = new Float64Array(1_024);
  // What waits to be looked at.
  readonly #waitingRows = new Uint32Array(waitingLimit);
  readonly #waitingValues = new Float64Array(waitingLimit);
  readonly #waitingAt = new Float64Array(waitingLimit);
  #head = 0;
  #end = 0;
  readonly #groups = new ToldGroups(toldOfGroup);
  #allowance = 0;
  #allowedAt = Number.NaN;
  #points = 0;
  #shed = 0;
  #refused = 0;

  constructor(options: SeriesWatchOptions) {
    this.#options = options;
    this.#detector = createDetector(undefined, {
      falseAlarmsPerAgentWeek: budgetShare * (options.falseAlarmsPerAgentWeek ?? 0.5),
    });
  }

  /** Takes samples that were accepted. Reads the arrays now, keeps none of them. `now`: epoch milliseconds. */
  take(batch: SampleColumns, now: number): void {
    this.#refill(now);
    const { refs, timestamps, values, length } = batch;
    // In a flood nothing is looked up: its places in memory are what a sample costs here.
    if (this.#allowance < 1) {
      this.#shed += length;
      return;
    }
    const { slotOf } = this.#options;
    const oldest = now - oldestMs;
    for (let i = 0; i < length; i++) {
      const at = timestamps[i]!;
      if (at < oldest) continue;
      const ref = refs[i]!;
      const slot = slotOf(ref);
      if (slot >= this.#refs.length) this.#growSlots(slot);
      if (this.#refs[slot] !== ref) this.#begin(slot, ref, now);
      const row = this.#rows[slot]!;
      if (row === unwatched) continue;
      if (row === young) {
        if (now - this.#lastAt[slot]! < youngMs) continue;
        this.#rows[slot] = ripe;
        this.#lastAt[slot] = at;
        continue;
      }
      if (at <= this.#lastAt[slot]!) continue;
      if (row === ripe) {
        this.#watch(slot, { at, value: values[i]!, now });
        continue;
      }
      if (this.#allowance < 1 || this.#end === waitingLimit) {
        this.#shed++;
        continue;
      }
      this.#allowance--;
      this.#push(slot, row, values[i]!, at);
    }
  }

  /** Looks at some of what waits; gives the anomalies that opened, grew worse or ended. */
  look(): Anomaly[] {
    const from = this.#head;
    if (from === this.#end) return [];
    // One moment for all that belong to it: a request's samples are of one interval.
    const at = this.#waitingAt[from]!;
    let to = from + 1;
    const most = Math.min(this.#end, from + pointsAtOnce);
    while (to < most && Math.abs(this.#waitingAt[to]! - at) <= sameMomentMs) to++;
    const rows = this.#waitingRows.subarray(from, to);
    const values = this.#waitingValues.subarray(from, to);
    const count = to - from;
    this.#detector.observe(rows, values, { at, count, out: this.#out });
    const changed = this.#tracker.observeBatch(rows, values, {
      at,
      count,
      verdicts: this.#out,
      subject: (row) => this.#subject(row),
    });
    this.#points += count;
    this.#head = to;
    if (to === this.#end) {
      this.#head = 0;
      this.#end = 0;
    }
    return changed.length === 0 ? changed : changed.filter((each) => this.#groups.mayTell(each));
  }

  /** Points that wait. */
  get waiting(): number {
    return this.#end - this.#head;
  }

  /** Series that the store has dropped: their state is given back, their anomalies end. */
  forget(refs: Iterable<number>, now: number): Anomaly[] {
    const ended: Anomaly[] = [];
    for (const ref of refs) {
      const slot = this.#options.slotOf(ref);
      if (slot >= this.#refs.length || this.#refs[slot] !== ref) continue;
      const row = this.#rows[slot]!;
      this.#refs[slot] = 0;
      if (row >= 0) ended.push(...this.#forgetRow(row, now));
    }
    return ended;
  }

  /** Anomalies of series that have not spoken for five minutes end. */
  sweep(now: number): Anomaly[] {
    const ended: Anomaly[] = [];
    for (const row of this.#tracker.keys() as number[]) {
      if (now - this.#lastAt[this.#slots[row]!]! < goneMs) continue;
      const anomaly = this.#tracker.drop(row, now);
      if (anomaly !== undefined && this.#groups.mayTell(anomaly)) ended.push(anomaly);
    }
    return ended;
  }

  /** Those that were told and are open, in order of their start. */
  open(): Anomaly[] {
    return this.#tracker.open().filter((each) => this.#groups.isTold(each));
  }

  /** `shed`: points left out because there were too many. `refused`: series and anomalies beyond a limit, or not told. */
  stats(): { series: number; points: number; shed: number; refused: number; waiting: number; bytesPerSeries: number } {
    return {
      series: this.#detector.rows,
      points: this.#points,
      shed: this.#shed,
      refused: this.#refused + this.#groups.kept + this.#tracker.refused,
      waiting: this.waiting,
      bytesPerSeries: this.#detector.bytesPerRow() + 29,
    };
  }

  #refill(now: number): void {
    const { pointsPerSecond } = this.#options;
    const most = burstSeconds * pointsPerSecond;
    const passed = Number.isNaN(this.#allowedAt) ? burstSeconds * 1_000 : Math.max(0, now - this.#allowedAt);
    this.#allowance = Math.min(most, this.#allowance + (passed / 1_000) * pointsPerSecond);
    this.#allowedAt = now;
  }

  #begin(slot: number, ref: number, now: number): void {
    const row = this.#rows[slot]!;
    // The slot was another series' before, which nobody told us is gone.
    if (this.#refs[slot] !== 0 && row >= 0) this.#forgetRow(row, now);
    this.#refs[slot] = ref;
    this.#rows[slot] = young;
    this.#lastAt[slot] = now;
  }

  #watch(slot: number, sample: { at: number; value: number; now: number }): void {
    const { seriesLimit, describe } = this.#options;
    const known = this.#detector.rows >= seriesLimit ? undefined : describe(this.#refs[slot]!);
    if (known === undefined) {
      if (this.#detector.rows >= seriesLimit) this.#refused++;
      this.#rows[slot] = unwatched;
      return;
    }
    const intervalMs = Math.min(sample.at - this.#lastAt[slot]!, longestMs);
    const row = this.#detector.addRow({ intervalMs, sense: 'neutral', now: sample.now });
    if (row >= this.#slots.length) this.#growRows();
    this.#rows[slot] = row;
    this.#slots[row] = slot;
    this.#isCounter[row] = known.isCounter ? 1 : 0;
    this.#lastValue[row] = sample.value;
    this.#lastAt[slot] = sample.at;
  }

  #push(slot: number, row: number, value: number, at: number): void {
    let shown = value;
    if (this.#isCounter[row] === 1) {
      const increase = value - this.#lastValue[row]!;
      shown = increase >= 0 ? (increase * 1_000) / (at - this.#lastAt[slot]!) : Number.NaN;
      this.#lastValue[row] = value;
    }
    this.#lastAt[slot] = at;
    this.#waitingRows[this.#end] = row;
    this.#waitingValues[this.#end] = shown;
    this.#waitingAt[this.#end] = at;
    this.#end++;
  }

  #subject(row: number): AnomalySubject {
    const known = this.#options.describe(this.#refs[this.#slots[row]!]!);
    return known?.subject ?? { agent: null, pool: '', series: {}, signal: '' };
  }

  #forgetRow(row: number, now: number): Anomaly[] {
    this.#detector.removeRow(row);
    // Its number may be another series' soon.
    for (let i = this.#head; i < this.#end; i++) if (this.#waitingRows[i] === row) this.#waitingValues[i] = Number.NaN;
    const anomaly = this.#tracker.drop(row, now);
    return anomaly !== undefined && this.#groups.mayTell(anomaly) ? [anomaly] : [];
  }

  #growSlots(slot: number): void {
    let size = this.#refs.length;
    while (size <= slot) size *= 2;
    this.#refs = copied(this.#refs, new Uint32Array(size));
    this.#rows = copied(this.#rows, new Int32Array(size));
    this.#lastAt = copied(this.#lastAt, new Float64Array(size));
  }

  #growRows(): void {
    const size = this.#slots.length * 2;
    this.#slots = copied(this.#slots, new Uint32Array(size));
    this.#isCounter = copied(this.#isCounter, new Uint8Array(size));
    this.#lastValue = copied(this.#lastValue, new Float64Array(size));
  }
}

function copied<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

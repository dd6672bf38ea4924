/**
 * Every series that comes in, watched sample by sample: what is taken waits in typed arrays until `look` shows it to the
 * default detector, so that telemetry is acknowledged first and an event follows within milliseconds of its sample.
 *
 * A series is watched once it has lived for half a minute (what is gone by then costs no state), 10,000 more each second. Counters are watched as
 * their increase a second, and a restart is a gap. Samples that are not newer than the last one, older than five minutes or
 * beyond `pointsPerSecond` are left out, the last of these counted. A point far beyond the alarm opens an anomaly at once; else
 * several must agree (anomaly-tracker.ts). Of one metric in one pool only so many anomalies are told: one cause, a few words.
 * What was learned outlives a restart as parts of a few thousand rows (watch-snapshot.ts): a series that is seen again takes its
 * row back and is watched at once.
 * Bad at: histograms (their buckets are not watched), series with a sample an hour, whose warm-up takes days.
 */
import type { Anomaly } from '@jaegis/model';
import { type AnomalySubject, AnomalyTracker } from './anomaly-tracker.ts';
import { createDetector } from './create-detector.ts';
import { createVerdicts, type Detector } from './detector.ts';
import { RestoredRows } from './restored-rows.ts';
import { seriesKey } from './series-key.ts';
import { ToldGroups } from './told-groups.ts';
import { encodeHead, encodePart, type WatchPart } from './watch-snapshot.ts';

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
/** A series costs more when its watch begins than in the minute after it: a fleet that came at once begins bit by bit. */
const beginningsPerSecond = 10_000;
/** Two powers of ten beyond the alarm. */
const surelyAt = 0.9875;
const toldOfGroup = 20;
const toldOfAll = 500;
/** Values that the detector sees of a series before it speaks. */
const warmValues = 39;
const openLimit = 5_000;

const young = -1;
/** Old enough; its next sample shows its interval. */
const ripe = -2;
const unwatched = -3;
/** In place of the slot of a row whose series has not been seen since the restart. */
const noSlot = 0xffff_ffff;
/** A millisecond's work. */
const rowsAtOnce = 2_048;
/** A series that was not seen for so long after a restart has ended. */
const restoredForMs = 6 * 3_600_000;

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
  #keys = new Float64Array(1_024);
  #isCounter = new Uint8Array(1_024);
  #lastValue = new Float64Array(1_024);
  /** How many values it has had, up to `warmValues`. */
  #values = new Uint8Array(1_024);
  #warming = 0;
  // What waits to be looked at.
  readonly #waitingRows = new Uint32Array(waitingLimit);
  readonly #waitingValues = new Float64Array(waitingLimit);
  readonly #waitingAt = new Float64Array(waitingLimit);
  /** When it was taken. */
  readonly #waitingSince = new Float64Array(waitingLimit);
  /** Anomalies that ended while samples were taken, to be told with the next look. */
  readonly #ended: Anomaly[] = [];
  readonly #restored = new RestoredRows();
  #restoredAt = 0;
  #rowsEnd = 0;
  #head = 0;
  #end = 0;
  readonly #groups = new ToldGroups(toldOfGroup, toldOfAll);
  #allowance = 0;
  #beginnings = 0;
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
      if (at <= this.#lastAt[slot]!) {
        // A clock that went back: what a counter grew by until it has caught up is no rate.
        if (row >= 0 && at < this.#lastAt[slot]!) this.#lastValue[row] = Number.NaN;
        continue;
      }
      if (row === ripe) {
        if (this.#beginnings < 1) {
          this.#lastAt[slot] = at;
          continue;
        }
        this.#beginnings--;
        this.#watch(slot, { at, value: values[i]!, now });
        continue;
      }
      if (this.#allowance < 1 || this.#end === waitingLimit) {
        this.#shed++;
        continue;
      }
      this.#allowance--;
      this.#waitingSince[this.#end] = now;
      this.#push(slot, row, values[i]!, at);
    }
  }

  /** Everything learned, as bytes, a part at a time; others may have their turn in between. */
  *snapshot(now: number): Generator<Uint8Array> {
    yield encodeHead(now);
    for (let from = 0; from < this.#rowsEnd; from += rowsAtOnce) {
      const to = Math.min(from + rowsAtOnce, this.#rowsEnd);
      const lastAt = new Float64Array(to - from);
      for (let row = from; row < to; row++) {
        const slot = this.#slots[row]!;
        lastAt[row - from] =
          slot === noSlot ? (this.#restored.find(this.#keys[row]!)?.lastAt ?? 0) : this.#lastAt[slot]!;
      }
      yield encodePart({
        keys: this.#keys.subarray(from, to),
        lastAt,
        lastValue: this.#lastValue.subarray(from, to),
        detector: this.#detector.snapshot(from, to),
      });
    }
  }

  /** Takes a part of a snapshot back: how many series; -1 when its detector's bytes are damaged or of another version. */
  restore({ keys, lastAt, lastValue, detector }: WatchPart, now: number): number {
    if (this.#detector.rows >= this.#options.seriesLimit) return 0;
    const first = this.#detector.append(detector);
    if (first === -1) return -1;
    while (first + keys.length > this.#slots.length) this.#growRows();
    this.#rowsEnd = first + keys.length;
    this.#restoredAt = now;
    let count = 0;
    for (let i = 0; i < keys.length; i++) {
      const row = first + i;
      this.#slots[row] = noSlot;
      this.#values[row] = warmValues;
      this.#keys[row] = keys[i]!;
      this.#lastValue[row] = lastValue[i]!;
      const isSane = keys[i]! >= 1 && Number.isSafeInteger(keys[i]!) && lastAt[i]! <= now + oldestMs;
      if (isSane && this.#restored.add(keys[i]!, row, lastAt[i]!)) count++;
      else this.#freeRow(row);
    }
    return count;
  }

  /** Anomalies that were open before the restart go on where their series came back; gives the others, ended. */
  resume(open: readonly Anomaly[], now: number): Anomaly[] {
    const ended: Anomaly[] = [];
    for (const anomaly of open) {
      const row = this.#restored.find(seriesKey(anomaly.series))?.row;
      if (row !== undefined && this.#groups.mayTell(anomaly)) this.#tracker.restore([[row, anomaly]]);
      else ended.push({ ...anomaly, endedAt: now });
    }
    return ended;
  }

  /** Looks at some of what waits; gives the anomalies that opened, grew worse or ended. */
  look(): Anomaly[] {
    const from = this.#head;
    if (from === this.#end) return this.#ended.splice(0);
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
    const told = changed.length === 0 ? changed : changed.filter((each) => this.#groups.mayTell(each));
    return this.#ended.length === 0 ? told : [...this.#ended.splice(0), ...told];
  }

  /** When the point that waits longest was taken, epoch milliseconds; NaN when none waits. */
  get waitingSince(): number {
    return this.waiting === 0 ? Number.NaN : this.#waitingSince[this.#head]!;
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

  /** Anomalies of series that have not spoken for five minutes end; what came back and was not seen for hours is given up. */
  sweep(now: number): Anomaly[] {
    const ended = this.#ended.splice(0);
    if (this.#restored.size > 0 && now - this.#restoredAt >= restoredForMs) ended.push(...this.#giveUpRestored(now));
    for (const row of this.#tracker.keys() as number[]) {
      const slot = this.#slots[row]!;
      if (now - (slot === noSlot ? this.#restoredAt : this.#lastAt[slot]!) < goneMs) continue;
      const anomaly = this.#tracker.drop(row, now);
      if (anomaly !== undefined && this.#groups.mayTell(anomaly)) ended.push(anomaly);
    }
    return ended;
  }

  /** All that are open, told or not, and strange at this moment: not those that only wait until they have been calm for long enough. */
  strange(): Anomaly[] {
    return this.#tracker.strange();
  }

  /** Those that were told and are open, in order of their start. */
  open(): Anomaly[] {
    return this.#tracker.open().filter((each) => this.#groups.isTold(each));
  }

  /**
   * `warming`: of the series, those that the detector says nothing of yet. `awaited`: those that came back with a restart and
   * were not seen since. `open`: anomalies, told or not. `told`: anomalies so far. `shed`: points left out because there were too many. `refused`: series
   * beyond the limit. `untold`: news of anomalies beyond a limit.
   */
  stats(): {
    series: number;
    awaited: number;
    warming: number;
    open: number;
    told: number;
    untold: number;
    points: number;
    shed: number;
    refused: number;
    waiting: number;
    bytesPerSeries: number;
  } {
    return {
      series: this.#detector.rows,
      awaited: this.#restored.size,
      warming: this.#warming,
      open: this.#tracker.openCount,
      told: this.#groups.begun,
      untold: this.#groups.kept + this.#tracker.refused,
      points: this.#points,
      shed: this.#shed,
      refused: this.#refused,
      waiting: this.waiting,
      bytesPerSeries: this.#detector.bytesPerRow() + 38,
    };
  }

  #refill(now: number): void {
    const { pointsPerSecond } = this.#options;
    const most = burstSeconds * pointsPerSecond;
    const passed = Number.isNaN(this.#allowedAt) ? burstSeconds * 1_000 : Math.max(0, now - this.#allowedAt);
    this.#allowance = Math.min(most, this.#allowance + (passed / 1_000) * pointsPerSecond);
    const beginnings = this.#beginnings + (passed / 1_000) * beginningsPerSecond;
    this.#beginnings = Math.min(beginningsPerSecond, beginnings);
    this.#allowedAt = now;
  }

  #begin(slot: number, ref: number, now: number): void {
    const row = this.#rows[slot]!;
    // The slot was another series' before, which nobody told us is gone.
    if (this.#refs[slot] !== 0 && row >= 0) this.#ended.push(...this.#forgetRow(row, now));
    this.#refs[slot] = ref;
    this.#rows[slot] = young;
    this.#lastAt[slot] = now;
    if (this.#restored.size > 0) this.#recognize(slot, ref);
  }

  /** A series that was watched before the restart goes on where it was. */
  #recognize(slot: number, ref: number): void {
    const known = this.#options.describe(ref);
    const before = known === undefined ? undefined : this.#restored.take(seriesKey(known.subject.series));
    if (known === undefined || before === undefined) return;
    this.#rows[slot] = before.row;
    this.#slots[before.row] = slot;
    this.#isCounter[before.row] = known.isCounter ? 1 : 0;
    this.#lastAt[slot] = before.lastAt;
  }

  #watch(slot: number, sample: { at: number; value: number; now: number }): void {
    const { seriesLimit, describe } = this.#options;
    // Those that are there come before those that may come back.
    if (this.#detector.rows >= seriesLimit && this.#restored.size > 0)
      this.#ended.push(...this.#giveUpRestored(sample.now));
    const known = this.#detector.rows >= seriesLimit ? undefined : describe(this.#refs[slot]!);
    if (known === undefined) {
      if (this.#detector.rows >= seriesLimit) this.#refused++;
      this.#rows[slot] = unwatched;
      return;
    }
    const intervalMs = Math.min(sample.at - this.#lastAt[slot]!, longestMs);
    const row = this.#detector.addRow({ intervalMs, sense: 'neutral', now: sample.now });
    if (row >= this.#slots.length) this.#growRows();
    this.#rowsEnd = Math.max(this.#rowsEnd, row + 1);
    this.#rows[slot] = row;
    this.#slots[row] = slot;
    this.#keys[row] = seriesKey(known.subject.series);
    this.#values[row] = 0;
    this.#warming++;
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
    if (this.#values[row]! < warmValues) {
      this.#values[row] = this.#values[row]! + 1;
      if (this.#values[row] === warmValues) this.#warming--;
    }
    this.#waitingRows[this.#end] = row;
    this.#waitingValues[this.#end] = shown;
    this.#waitingAt[this.#end] = at;
    this.#end++;
  }

  #subject(row: number): AnomalySubject {
    const known = this.#options.describe(this.#refs[this.#slots[row]!]!);
    return known?.subject ?? { agent: null, pool: '', series: {}, signal: '' };
  }

  #giveUpRestored(now: number): Anomaly[] {
    const rows = this.#restored.rows();
    this.#restored.clear();
    return rows.flatMap((row) => this.#forgetRow(row, now));
  }

  #freeRow(row: number): void {
    this.#detector.removeRow(row);
    if (this.#values[row]! < warmValues) this.#warming--;
    this.#keys[row] = 0;
  }

  #forgetRow(row: number, now: number): Anomaly[] {
    this.#freeRow(row);
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
    this.#keys = copied(this.#keys, new Float64Array(size));
    this.#isCounter = copied(this.#isCounter, new Uint8Array(size));
    this.#values = copied(this.#values, new Uint8Array(size));
    this.#lastValue = copied(this.#lastValue, new Float64Array(size));
  }
}

function copied<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

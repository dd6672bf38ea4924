/** What was taken out of a head (head-extract.ts) as a head that can be asked; its rows are the places in the extract. */
import type { Labels } from '@jaegis/model';
import { decodeChunk } from '../chunk/chunk-codec.ts';
import { lowerBound } from '../head/lower-bound.ts';
import type { HeadExtract } from './head-extract.ts';
import type { HeadView, SampleMemory, TimeRange } from './head-view.ts';
import { cutSamples, type Samples } from './join-samples.ts';
import { hasAt, type KeptRow } from './kept-samples.ts';
import { LabelReceiver } from './label-parcel.ts';

interface ChunkStart {
  readonly start: number;
  readonly count: number;
}

interface TimesPart {
  readonly of: Float64Array;
  readonly from: number;
  readonly to: number;
  /** Where the part begins and ends in `of`. */
  readonly lower: number;
  readonly upper: number;
  readonly times: Float64Array;
}

const nothing = new Float64Array(0);

export class FrozenHead implements HeadView {
  readonly #extract: HeadExtract;
  readonly #labels: LabelReceiver;
  readonly #kept: readonly (KeptRow | undefined)[];
  /** The part of the times of a row that was asked for last: series that share their times share that too. */
  #part: TimesPart = { of: nothing, from: 0, to: 0, lower: 0, upper: 0, times: nothing };
  #byKey: Map<string, number> | undefined;

  /**
   * @param labels Knows the labels of each ref of the extract; left out where nobody asks for them.
   * @param kept All samples of a row, in place of what the extract has of it.
   */
  constructor(extract: HeadExtract, labels = new LabelReceiver(), kept: readonly (KeptRow | undefined)[] = []) {
    this.#extract = extract;
    this.#labels = labels;
    this.#kept = kept;
  }

  /** All rows: they were taken out because they fit. */
  match(): readonly number[] {
    const rows: number[] = [];
    for (let row = 0; row < this.#extract.series; row++) if (this.ref(row) !== 0) rows.push(row);
    return rows;
  }

  find(_labels: Labels, key: string): number {
    this.#byKey ??= new Map(this.match().map((row) => [this.#labels.key(this.ref(row)), row]));
    return this.#byKey.get(key) ?? -1;
  }

  labels(row: number): Labels {
    return this.#labels.get(this.ref(row));
  }

  ref(row: number): number {
    return this.#extract.refs[row]!;
  }

  lastAt(row: number): number {
    const kept = this.#kept[row];
    if (kept !== undefined) return kept.timestamps.at(-1)!;
    const { times, openEnds, chunkEnds, ends } = this.#extract;
    if (openEnds[row]! > this.#firstOpen(row)) return times[openEnds[row]! - 1]!;
    const first = this.#firstChunk(row);
    return first < chunkEnds[row]! ? ends[first]! : Number.NEGATIVE_INFINITY;
  }

  latest(row: number): { at: number; value: number } | undefined {
    const at = this.lastAt(row);
    if (at === Number.NEGATIVE_INFINITY) return undefined;
    const { openEnds, values } = this.#extract;
    if (openEnds[row]! > this.#firstOpen(row)) return { at, value: values[openEnds[row]! - 1]! };
    return { at, value: this.read(row, at, at).values.at(-1)! };
  }

  estimate(row: number, from: number, to: number): number {
    const kept = this.#kept[row];
    if (kept !== undefined) {
      const { lower, upper } = this.#partOf(kept, from, to);
      return upper - lower;
    }
    const { starts, ends, counts, chunkEnds, openEnds } = this.#extract;
    if (this.lastAt(row) < from) return 0;
    let samples = openEnds[row]! - this.#firstOpen(row);
    for (let i = this.#firstChunk(row); i < chunkEnds[row]! && ends[i]! >= from; i++)
      if (starts[i]! <= to) samples += counts[i]!;
    return samples;
  }

  read(row: number, from: number, to: number): Samples {
    const room = this.estimate(row, from, to);
    const times = new Float64Array(room);
    const values = new Float64Array(room);
    this.readInto(row, { from, to }, { memory: { times, values, isChanged: true }, at: 0 });
    return cutSamples({ timestamps: times, values }, from, to);
  }

  /** The samples of a row as they are kept; `undefined` where they have to be read. */
  whole(row: number, { from, to }: TimeRange): Samples | undefined {
    const kept = this.#kept[row];
    if (kept === undefined) return undefined;
    const { lower, upper, times } = this.#partOf(kept, from, to);
    return { timestamps: times, values: kept.values.subarray(lower, upper), course: kept.course };
  }

  #partOf(kept: KeptRow, from: number, to: number): TimesPart {
    const known = this.#part;
    const of = kept.timestamps;
    if (known.of === of && known.from === from && known.to === to) return known;
    const lower = lowerBound(of, from);
    const upper = lowerBound(of, to, true);
    this.#part = { of, from, to, lower, upper, times: of.subarray(lower, upper) };
    return this.#part;
  }

  readInto(row: number, range: TimeRange, into: { memory: SampleMemory; at: number }): number {
    const whole = this.whole(row, range);
    if (whole !== undefined) {
      const { memory, at } = into;
      if (!hasAt(memory.times, at, whole.timestamps)) {
        memory.times.set(whole.timestamps, at);
        memory.isChanged = true;
      }
      memory.values.set(whole.values, at);
      return whole.timestamps.length;
    }
    const { starts, ends, counts, chunkEnds, openEnds, offsets, bytes } = this.#extract;
    const { from, to } = range;
    const { times, values } = into.memory;
    let isChanged = false;
    const room = this.estimate(row, from, to);
    if (room === 0) return 0;
    // Filled from the back: the chunks run from the newest to the oldest.
    let at = into.at + room;
    for (let i = openEnds[row]! - 1; i >= this.#firstOpen(row); i--) {
      const time = this.#extract.times[i]!;
      if (times[--at] !== time) isChanged = true;
      times[at] = time;
      values[at] = this.#extract.values[i]!;
    }
    for (let i = this.#firstChunk(row); i < chunkEnds[row]! && ends[i]! >= from; i++) {
      if (starts[i]! > to) continue;
      const count = counts[i]!;
      at -= count;
      const chunk = { bytes, from: i === 0 ? 0 : offsets[i - 1]!, to: offsets[i]!, count, start: starts[i]! };
      if (decodeChunk(chunk, { times, values, at })) isChanged = true;
    }
    if (isChanged) into.memory.isChanged = true;
    return room;
  }

  /** Decodes the chunk that has samples both before `to` and from it on, and gives its first time and its samples. */
  chunkAt(row: number, to: number, into: { times: Float64Array; values: Float64Array }): ChunkStart | undefined {
    const { starts, ends, counts, chunkEnds, offsets, bytes } = this.#extract;
    for (let i = this.#firstChunk(row); i < chunkEnds[row]! && ends[i]! >= to; i++) {
      if (starts[i]! >= to) continue;
      const of = { count: counts[i]!, start: starts[i]! };
      decodeChunk({ bytes, from: i === 0 ? 0 : offsets[i - 1]!, to: offsets[i]!, ...of }, { ...into, at: 0 });
      return of;
    }
    return undefined;
  }

  #firstChunk(row: number): number {
    return row === 0 ? 0 : this.#extract.chunkEnds[row - 1]!;
  }

  #firstOpen(row: number): number {
    return row === 0 ? 0 : this.#extract.openEnds[row - 1]!;
  }
}

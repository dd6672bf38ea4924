/**
 * The samples in memory. A row of `SeriesTable` has here: an open buffer of up to 32 raw samples and, behind it, a list
 * of compressed chunks. A full buffer closes its 24 oldest samples into a chunk and keeps 8, so that a sample which
 * comes late by less than that finds its place cheaply; every fifth small chunk is merged with the four before it, for
 * 120 samples compress better than 24. Appending touches only typed arrays: nothing is allocated for a sample.
 *
 * Any sample within the window finds its place, compressed or not. Replaying the log rests on that: with a window
 * without end nothing that was ever taken is refused, however the buffers happen to be filled.
 */
import type { SampleBatch } from '@jaegis/model';
import { decodeChunk, encodeChunk, maxChunkSamples } from '../chunk/chunk-codec.ts';
import { type CountedSamples, restOf } from './chunk-rest.ts';
import { type ChunkId, type ChunkSpan, ChunkStore } from './chunk-store.ts';
import { grown } from './grown.ts';
import type { HeadSink } from './head-sink.ts';
import { insertLate } from './late-sample.ts';
import { lowerBound } from './lower-bound.ts';
import { OpenBuffers, offsetOf, slabOf, stride } from './open-buffers.ts';
import { rowMask, type SeriesTable } from './series-table.ts';
import { emptyTally, noLimits, type Tally, type TimeLimits } from './tally.ts';

/** What stays open when a full buffer closes, for samples that come late by less. */
const keptOpen = 8;
const usualBuffer = 32;
const mergeRun = 5;
const maxDelta = 2 ** 32 - 1;

/** The refs that are there, by row: all that samples need to know of series. */
export interface RefRows {
  readonly refs: Uint32Array;
  readonly bytes: number;
}

export interface HeadOptions {
  /** Samples that a series keeps open; 32 when left out, at most 255. */
  readonly bufferSize: number;
  /** False: small chunks stay as they are. */
  readonly isMerging: boolean;
}

export class Head<Series extends RefRows = SeriesTable> {
  readonly series: Series;
  readonly #buffers: OpenBuffers;
  readonly #isMerging: boolean;
  readonly #chunks = new ChunkStore();
  #slots = new Int32Array(256).fill(-1);
  #counts = new Uint8Array(256);
  #bases = new Float64Array(256);
  /** Time of the newest sample; -Infinity where there is none. */
  #last = new Float64Array(256).fill(Number.NEGATIVE_INFINITY);
  #tails = new Uint32Array(256);
  /** Grows when compressed samples of a row are others than before, and not just more. */
  #revisions = new Uint32Array(256);
  #open = 0;

  readonly #times = new Float64Array(maxChunkSamples);
  readonly #values = new Float64Array(maxChunkSamples);

  constructor(series: Series, options: HeadOptions = { bufferSize: usualBuffer, isMerging: true }) {
    this.series = series;
    this.#buffers = new OpenBuffers(options.bufferSize);
    this.#isMerging = options.isMerging;
  }

  /** Samples kept. */
  get samples(): number {
    return this.#chunks.samples + this.#open;
  }

  get bytes(): number {
    return this.series.bytes + this.#buffers.bytes + this.#chunks.bytes + this.#slots.length * 29;
  }

  get chunks(): number {
    return this.#chunks.size;
  }

  /** Compressed bytes of the closed chunks. */
  get chunkBytes(): number {
    return this.#chunks.liveBytes;
  }

  /** Makes room for rows that `series` has got; call after adding one. */
  reserve(): void {
    const rows = this.series.refs.length;
    const had = this.#slots.length;
    if (rows <= had) return;
    this.#slots = grown(this.#slots, new Int32Array(rows).fill(-1));
    this.#counts = grown(this.#counts, new Uint8Array(rows));
    this.#bases = grown(this.#bases, new Float64Array(rows));
    this.#last = grown(this.#last, new Float64Array(rows).fill(Number.NEGATIVE_INFINITY));
    this.#tails = grown(this.#tails, new Uint32Array(rows));
    this.#revisions = grown(this.#revisions, new Uint32Array(rows));
  }

  /** Takes the samples of a batch that fit, and counts each in `tally`. */
  apply(batch: SampleBatch, limits: TimeLimits, tally: Tally): void {
    const { refs, timestamps, values, length } = batch;
    const liveRefs = this.series.refs;
    const last = this.#last;
    const { oldest, newest } = limits;
    for (let i = 0; i < length; i++) {
      const ref = refs[i]!;
      const row = ref & rowMask;
      const time = Math.floor(timestamps[i]!);
      if (liveRefs[row] !== ref || ref === 0) tally.unknown++;
      else if (time < oldest) tally.tooOld++;
      else if (time > newest) tally.tooNew++;
      else if (time > last[row]!) {
        this.#push(row, time, values[i]!);
        tally.accepted++;
      } else if (time <= last[row]!) this.#applyLate(row, time, { value: values[i]!, limits, tally });
      else tally.malformed++;
    }
  }

  /** True when a sample is sure to be refused by `apply`, now or later: it need not go to the log. */
  refuses(ref: number, timestamp: number, limits: TimeLimits): boolean {
    const time = Math.floor(timestamp);
    const row = ref & rowMask;
    if (this.series.refs[row] !== ref || ref === 0) return true;
    return !(time >= limits.oldest && time <= limits.newest) || time < this.#last[row]! - limits.outOfOrderWindowMs;
  }

  #push(row: number, time: number, value: number): void {
    let slot = this.#slots[row]!;
    if (slot === -1) {
      slot = this.#buffers.take();
      this.#slots[row] = slot;
      this.#bases[row] = time;
    }
    let count = this.#counts[row]!;
    if (count === this.#buffers.size) {
      this.#closeOldest(row, count - keptOpen);
      count = keptOpen;
    }
    if (time - this.#bases[row]! > maxDelta) {
      this.#closeOldest(row, count);
      count = 0;
      this.#bases[row] = time;
    }
    const at = offsetOf(slot) + count * stride;
    const slab = slabOf(slot);
    this.#buffers.times[slab]![at] = time - this.#bases[row]!;
    this.#buffers.values[slab]![at] = value;
    this.#counts[row] = count + 1;
    this.#last[row] = time;
    this.#open++;
  }

  /** A sample at or before the newest of its series. */
  #applyLate(row: number, time: number, sample: { value: number; limits: TimeLimits; tally: Tally }): void {
    const { value, limits, tally } = sample;
    if (time < this.#last[row]! - limits.outOfOrderWindowMs) {
      tally.outOfOrder++;
      return;
    }
    const tail = this.#tails[row]!;
    if (tail !== 0 && time <= this.#chunks.ends[tail]!) {
      const late = insertLate(this.#chunks, tail, { time, value });
      this.#tails[row] = late.tail;
      if (late.outcome === 'inserted') this.#revisions[row]!++;
      if (late.outcome === 'different') tally.duplicate++;
      else tally.accepted++;
      return;
    }
    const count = this.#counts[row]!;
    const slot = this.#slots[row]!;
    if (slot === -1 || this.#last[row]! - time > maxDelta) {
      tally.outOfOrder++;
      return;
    }
    const times = this.#buffers.times[slabOf(slot)]!;
    const values = this.#buffers.values[slabOf(slot)]!;
    const from = offsetOf(slot);
    const base = this.#bases[row]!;
    let at = count;
    while (at > 0 && base + times[from + (at - 1) * stride]! > time) at--;
    if (at > 0 && base + times[from + (at - 1) * stride]! === time) {
      if (Object.is(values[from + (at - 1) * stride], value)) tally.accepted++;
      else tally.duplicate++;
      return;
    }
    if (count === this.#buffers.size) {
      // Its place may be among those that close now.
      this.#closeOldest(row, count - keptOpen);
      this.#applyLate(row, time, sample);
      return;
    }
    this.#insert(row, at, { time, value });
    tally.accepted++;
  }

  /** Makes room at index `at` of a buffer that is not full. */
  #insert(row: number, at: number, sample: { time: number; value: number }): void {
    const slot = this.#slots[row]!;
    const times = this.#buffers.times[slabOf(slot)]!;
    const values = this.#buffers.values[slabOf(slot)]!;
    const count = this.#counts[row]!;
    if (sample.time < this.#bases[row]!) {
      // An earlier time fits in front of it.
      this.#buffers.delay(slot, count, this.#bases[row]! - sample.time);
      this.#bases[row] = sample.time;
    }
    this.#buffers.makeRoom(slot, at, count);
    const place = offsetOf(slot) + at * stride;
    times[place] = sample.time - this.#bases[row]!;
    values[place] = sample.value;
    this.#counts[row] = count + 1;
    this.#open++;
  }

  /** Copies the first `count` open samples to scratch, from index `at` on. */
  #copyOpen(row: number, count: number, at: number): void {
    const slot = this.#slots[row]!;
    const times = this.#buffers.times[slabOf(slot)]!;
    const values = this.#buffers.values[slabOf(slot)]!;
    const base = this.#bases[row]!;
    for (let i = 0, from = offsetOf(slot); i < count; i++, from += stride) {
      this.#times[at + i] = base + times[from]!;
      this.#values[at + i] = values[from]!;
    }
  }

  #closeOldest(row: number, count: number): void {
    if (count === 0) return;
    this.#copyOpen(row, count, 0);
    const bytes = encodeChunk(this.#times, this.#values, count);
    this.#attach(row, bytes, { start: this.#times[0]!, end: this.#times[count - 1]!, count });
    this.#dropOldest(row, count);
    if (this.#isMerging) this.#mergeTail(row);
  }

  /** Forgets the first `count` open samples. */
  #dropOldest(row: number, count: number): void {
    this.#buffers.dropFirst(this.#slots[row]!, count, this.#counts[row]!);
    this.#counts[row] = this.#counts[row]! - count;
    this.#open -= count;
  }

  #attach(row: number, bytes: Uint8Array, of: ChunkSpan): void {
    this.#tails[row] = this.#chunks.add(bytes, of, this.#tails[row]!);
  }

  /** When the newest five chunks are small, makes one of them. */
  #mergeTail(row: number): void {
    const { counts, previous, starts, ends } = this.#chunks;
    const tail = this.#tails[row]!;
    let first = tail;
    let total = 0;
    for (let run = 0; run < mergeRun; run++) {
      if (first === 0 || counts[first]! > usualBuffer) return;
      total += counts[first]!;
      if (run < mergeRun - 1) first = previous[first]!;
    }
    const before = previous[first]!;
    const start = starts[first]!;
    const end = ends[tail]!;
    let at = total;
    for (let id = tail; id !== before; ) {
      at -= counts[id]!;
      decodeChunk(this.#chunks.view(id), { times: this.#times, values: this.#values, at });
      const next = previous[id]!;
      this.#chunks.remove(id);
      id = next;
    }
    this.#tails[row] = before;
    this.#attach(row, encodeChunk(this.#times, this.#values, total), { start, end, count: total });
  }

  /** Time and value of the newest sample of a row. */
  latest(row: number): { at: number; value: number } | undefined {
    const count = this.#counts[row]!;
    if (count > 0) {
      const slot = this.#slots[row]!;
      return {
        at: this.#last[row]!,
        value: this.#buffers.values[slabOf(slot)]![offsetOf(slot) + (count - 1) * stride]!,
      };
    }
    const tail = this.#tails[row]!;
    if (tail === 0) return undefined;
    decodeChunk(this.#chunks.view(tail), { times: this.#times, values: this.#values, at: 0 });
    return { at: this.#chunks.ends[tail]!, value: this.#values[this.#chunks.counts[tail]! - 1]! };
  }

  /** Time of a row's newest sample; -Infinity without one. */
  lastAt(row: number): number {
    return this.#last[row]!;
  }

  /** Time of a row's oldest sample; Infinity without one. */
  firstAt(row: number): number {
    let first = Number.POSITIVE_INFINITY;
    for (let id = this.#tails[row]!; id !== 0; id = this.#chunks.previous[id]!) first = this.#chunks.starts[id]!;
    return first === Number.POSITIVE_INFINITY ? this.#firstOpen(row) : first;
  }

  /** Time of a row's oldest open sample; Infinity without one. */
  #firstOpen(row: number): number {
    if (this.#counts[row] === 0) return Number.POSITIVE_INFINITY;
    const slot = this.#slots[row]!;
    return this.#bases[row]! + this.#buffers.times[slabOf(slot)]![offsetOf(slot)]!;
  }

  /** At least as many samples as `read` gives for the row and range; decodes nothing. */
  estimate(row: number, from: number, to: number): number {
    if (this.#last[row]! < from) return 0;
    const { starts, ends, counts, previous } = this.#chunks;
    let samples = this.#counts[row]!;
    for (let id = this.#tails[row]!; id !== 0 && ends[id]! >= from; id = previous[id]!) {
      if (starts[id]! <= to) samples += counts[id]!;
    }
    return samples;
  }

  /** The samples of a row in [from, to], in time order. */
  read(row: number, from: number, to: number): { timestamps: Float64Array; values: Float64Array } {
    const { starts, ends, counts, previous } = this.#chunks;
    const room = this.estimate(row, from, to);
    const timestamps = new Float64Array(room);
    const values = new Float64Array(room);
    const open = this.#counts[row]!;
    // Filled from the back: the list of chunks runs from the newest to the oldest.
    let at = room - open;
    if (open > 0 && room > 0) {
      this.#copyOpen(row, open, 0);
      timestamps.set(this.#times.subarray(0, open), at);
      values.set(this.#values.subarray(0, open), at);
    }
    for (let id = this.#tails[row]!; id !== 0 && ends[id]! >= from && at > 0; id = previous[id]!) {
      if (starts[id]! > to) continue;
      at -= counts[id]!;
      decodeChunk(this.#chunks.view(id), { times: timestamps, values, at });
    }
    const lower = lowerBound(timestamps, from);
    const upper = lowerBound(timestamps, to, true);
    if (lower === 0 && upper === room) return { timestamps, values };
    return { timestamps: timestamps.slice(lower, upper), values: values.slice(lower, upper) };
  }

  /** As long as it stays the same, compressed samples of a row only become more, at their end. */
  revisionOf(row: number): number {
    return this.#revisions[row]!;
  }

  /**
   * Hands over, as they are, the chunks of a row that reach into [from, to], newest first, and its open samples. Gives whether
   * there are no chunks before those.
   */
  extract(row: number, range: { from: number; to: number }, sink: HeadSink): boolean {
    const { starts, ends, previous } = this.#chunks;
    let id = this.#tails[row]!;
    for (; id !== 0 && ends[id]! >= range.from; id = previous[id]!)
      if (starts[id]! <= range.to) sink.chunk(this.#chunks.view(id), ends[id]!);
    const open = this.#counts[row]!;
    if (open > 0 && this.#last[row]! >= range.from && this.#firstOpen(row) <= range.to) {
      this.#copyOpen(row, open, 0);
      sink.open(this.#times, this.#values, open);
    }
    return id === 0;
  }

  /** Closes all but the newest few open samples of a row. */
  closeMost(row: number): void {
    if (this.#counts[row]! > keptOpen) this.#closeOldest(row, this.#counts[row]! - keptOpen);
  }

  /** Closes the buffer of a row that has been silent, and gives its place back. */
  closeBuffer(row: number): void {
    const slot = this.#slots[row]!;
    if (slot === -1) return;
    this.#closeOldest(row, this.#counts[row]!);
    this.#buffers.release(slot);
    this.#slots[row] = -1;
  }

  /** True while the row has an open buffer. */
  hasBuffer(row: number): boolean {
    return this.#slots[row] !== -1;
  }

  /** Drops the chunks of a row that end before `oldest`; returns how many samples went. */
  dropBefore(row: number, oldest: number): number {
    const { ends, previous, counts } = this.#chunks;
    let kept = 0;
    let id = this.#tails[row]!;
    while (id !== 0 && ends[id]! >= oldest) {
      kept = id;
      id = previous[id]!;
    }
    if (id === 0) return 0;
    this.#revisions[row]!++;
    if (kept === 0) this.#tails[row] = 0;
    else previous[kept] = 0;
    let dropped = 0;
    while (id !== 0) {
      const next = previous[id]!;
      dropped += counts[id]!;
      this.#chunks.remove(id);
      id = next;
    }
    return dropped;
  }

  /** Forgets the samples before `to`, when they are as many as were counted; does nothing when others have come since. */
  cutBefore(row: number, to: number, counted: CountedSamples): void {
    const { starts, ends, counts, previous } = this.#chunks;
    let newer = 0;
    let id = this.#tails[row]!;
    for (; id !== 0 && starts[id]! >= to; id = previous[id]!) newer = id;
    let found = 0;
    for (let older = id; older !== 0; older = previous[older]!) found += counts[older]!;
    // One chunk may reach over the end: what comes after it stays.
    const rest = id !== 0 && ends[id]! >= to ? restOf(this.#chunks, id, to, counted) : undefined;
    if (rest !== undefined) found -= rest.count;
    let open = 0;
    if (this.#counts[row]! > 0) {
      this.#copyOpen(row, this.#counts[row]!, 0);
      open = lowerBound(this.#times.subarray(0, this.#counts[row]!), to);
    }
    if (found + open !== counted.count) return;
    this.#revisions[row]!++;
    const kept = rest === undefined ? 0 : this.#chunks.add(rest.bytes, { ...rest, end: ends[id]! }, 0);
    if (newer === 0) this.#tails[row] = kept;
    else this.#chunks.previous[newer] = kept;
    while (id !== 0) {
      const next = this.#chunks.previous[id]!;
      this.#chunks.remove(id);
      id = next;
    }
    if (open > 0) this.#dropOldest(row, open);
  }

  /** Forgets all samples of a row. */
  clear(row: number): void {
    this.dropBefore(row, Number.POSITIVE_INFINITY);
    if (this.#slots[row] !== -1) this.#buffers.release(this.#slots[row]!);
    this.#open -= this.#counts[row]!;
    this.#slots[row] = -1;
    this.#counts[row] = 0;
    this.#last[row] = Number.NEGATIVE_INFINITY;
  }

  /** Gives back memory of chunks that are gone. */
  compact(): void {
    this.#chunks.compact();
  }

  /**
   * Calls `visit` for each chunk of a row, oldest first, and then for its open samples as one more chunk
   * (`isOpen`). The bytes are a view that is only good during the call.
   */
  forEachChunk(
    row: number,
    visit: (chunk: { bytes: Uint8Array; start: number; end: number; count: number; isOpen: boolean }) => void,
  ): void {
    const ids: ChunkId[] = [];
    for (let id = this.#tails[row]!; id !== 0; id = this.#chunks.previous[id]!) ids.push(id);
    for (const id of ids.reverse()) {
      const { bytes, from, to, start, count } = this.#chunks.view(id);
      const end = this.#chunks.ends[id]!;
      visit({ bytes: bytes.subarray(from, to), start, end, count, isOpen: false });
    }
    const open = this.#counts[row]!;
    if (open === 0) return;
    this.#copyOpen(row, open, 0);
    const span = { start: this.#times[0]!, end: this.#last[row]!, count: open };
    visit({ bytes: encodeChunk(this.#times, this.#values, open), ...span, isOpen: true });
  }

  /** Puts back a chunk from a checkpoint: as it is when it comes after all there is, else sample by sample. */
  restoreChunk(
    row: number,
    bytes: Uint8Array,
    of: { start: number; end: number | undefined; count: number; isOpen: boolean },
  ): void {
    const { start, count } = of;
    const isNext = !of.isOpen && start > this.#last[row]!;
    if (isNext) this.#closeOldest(row, this.#counts[row]!);
    if (!isNext || of.end === undefined) {
      decodeChunk(
        { bytes, from: 0, to: bytes.length, count, start },
        { times: this.#times, values: this.#values, at: 0 },
      );
    }
    if (isNext) {
      const end = of.end ?? this.#times[count - 1]!;
      this.#attach(row, bytes, { start, end, count });
      this.#last[row] = end;
      return;
    }
    const refs = new Uint32Array(count).fill(this.series.refs[row]!);
    const [timestamps, values] = [this.#times.slice(0, count), this.#values.slice(0, count)];
    this.apply({ refs, timestamps, values, length: count }, noLimits, emptyTally());
  }
}

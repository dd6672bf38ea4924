/**
 * Samples of some series of the head, taken out without decoding them, in a few arrays that can be given to another thread:
 * compressed chunks and open samples as they lie in the head. Arrays may be longer than what is used of them.
 */
import type { SeriesRef } from '@jaegis/model';
import type { EncodedChunk } from '../chunk/chunk-codec.ts';
import { grown } from '../head/grown.ts';
import type { Head } from '../head/head.ts';
import type { HeadSink } from '../head/head-sink.ts';
import type { SeriesTable } from '../head/series-table.ts';

export const chunkUse = {
  /** They are read and forgotten. */
  once: 0,
  /** Their samples are kept in place of what is kept of the series. */
  instead: 1,
  /** Their samples are put behind those that are kept, which reach into the first of them perhaps. */
  behind: 2,
} as const;

export interface HeadExtract {
  /** How many series; the arrays of series have as many entries that count. */
  readonly series: number;
  /** 0 for one that is not to be looked at. */
  readonly refs: Uint32Array;
  /** What the receiver does with the chunks of each series, one of `chunkUse`. */
  readonly uses: Uint8Array;
  /** Where the chunks of each series end in the arrays of chunks; newest first within a series. */
  readonly chunkEnds: Uint32Array;
  /** Where the open samples of each series end in `times` and `values`. */
  readonly openEnds: Uint32Array;
  /** Of each chunk: first and last time, samples, where it ends in `bytes`. */
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly counts: Uint16Array;
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

interface KeptRange {
  readonly from: number;
  readonly to: number;
  readonly use: number;
  readonly inRange: number;
}

/** All samples of a series in chunks that are after `from`, up to `until`. */
export interface KeptSpan {
  readonly from: number;
  readonly until: number;
}

export class ExtractBuilder implements HeadSink {
  #series = 0;
  #chunks = 0;
  #open = 0;
  #used = 0;
  #refs: Uint32Array;
  #uses: Uint8Array;
  #chunkEnds: Uint32Array;
  #openEnds: Uint32Array;
  #starts = new Float64Array(16);
  #ends = new Float64Array(16);
  #counts = new Uint16Array(16);
  #offsets = new Uint32Array(16);
  #bytes = new Uint8Array(4_096);
  #times: Float64Array;
  #values: Float64Array;
  /** Samples in it. */
  samples = 0;

  constructor(series: number) {
    this.#refs = new Uint32Array(series);
    this.#uses = new Uint8Array(series);
    this.#chunkEnds = new Uint32Array(series);
    this.#openEnds = new Uint32Array(series);
    this.#times = new Float64Array(Math.max(32, series));
    this.#values = new Float64Array(Math.max(32, series));
  }

  /** What is in it, in bytes. */
  get bytes(): number {
    return this.#used + this.#open * 16 + this.#chunks * 22;
  }

  /** Series in it. */
  get series(): number {
    return this.#series;
  }

  /** The series of a row, with what reaches into the range; left out where nothing does. */
  row(head: Head, row: number, range: { from: number; to: number }): void {
    if (head.estimate(row, range.from, range.to) === 0) return;
    head.extract(row, range, this);
    this.#endSeries(head.series.refs[row]!);
  }

  /** The series of a row of which the receiver keeps what is in chunks. `inRange` samples count against the limit. */
  keptRow(head: Head, row: number, wanted: KeptRange): KeptSpan | undefined {
    const before = this.#chunks;
    const { samples } = this;
    const isWhole = head.extract(row, wanted, this);
    this.samples = samples + wanted.inRange;
    const isNothing = this.#chunks === before;
    // Open samples alone are nothing to be kept.
    this.#uses[this.#series] = isNothing && wanted.use === chunkUse.instead ? chunkUse.once : wanted.use;
    this.#endSeries(head.series.refs[row]!);
    if (isNothing) return undefined;
    const oldest = this.#starts[this.#chunks - 1]!;
    return { from: isWhole ? Number.NEGATIVE_INFINITY : oldest, until: this.#ends[before]! };
  }

  /** A series with one sample. */
  sample(ref: SeriesRef, sample: { readonly at: number; readonly value: number }): void {
    this.#reserveOpen(1);
    this.#times[this.#open] = sample.at;
    this.#values[this.#open++] = sample.value;
    this.samples++;
    this.#endSeries(ref);
  }

  chunk(chunk: EncodedChunk, end: number): void {
    const size = chunk.to - chunk.from;
    if (this.#chunks === this.#starts.length) this.#growChunks();
    if (this.#used + size > this.#bytes.length)
      this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + size)));
    this.#bytes.set(chunk.bytes.subarray(chunk.from, chunk.to), this.#used);
    this.#used += size;
    this.#starts[this.#chunks] = chunk.start;
    this.#ends[this.#chunks] = end;
    this.#counts[this.#chunks] = chunk.count;
    this.#offsets[this.#chunks++] = this.#used;
    this.samples += chunk.count;
  }

  open(times: Float64Array, values: Float64Array, count: number): void {
    this.#reserveOpen(count);
    for (let i = 0; i < count; i++) {
      this.#times[this.#open + i] = times[i]!;
      this.#values[this.#open + i] = values[i]!;
    }
    this.#open += count;
    this.samples += count;
  }

  #endSeries(ref: SeriesRef): void {
    this.#refs[this.#series] = ref;
    this.#chunkEnds[this.#series] = this.#chunks;
    this.#openEnds[this.#series++] = this.#open;
  }

  #reserveOpen(count: number): void {
    if (this.#open + count <= this.#times.length) return;
    const length = this.#times.length * 2 + count;
    this.#times = grown(this.#times, new Float64Array(length));
    this.#values = grown(this.#values, new Float64Array(length));
  }

  #growChunks(): void {
    const length = this.#chunks * 2;
    this.#starts = grown(this.#starts, new Float64Array(length));
    this.#ends = grown(this.#ends, new Float64Array(length));
    this.#counts = grown(this.#counts, new Uint16Array(length));
    this.#offsets = grown(this.#offsets, new Uint32Array(length));
  }

  /** What was taken out. Of a series that was dropped meanwhile nobody can say any more whose it is: its ref becomes 0. */
  finish(table: SeriesTable): HeadExtract {
    for (let i = 0; i < this.#series; i++) if (!table.isLive(this.#refs[i]!)) this.#refs[i] = 0;
    return {
      series: this.#series,
      refs: this.#refs,
      uses: this.#uses,
      chunkEnds: this.#chunkEnds,
      openEnds: this.#openEnds,
      starts: this.#starts,
      ends: this.#ends,
      counts: this.#counts,
      offsets: this.#offsets,
      bytes: this.#bytes,
      times: this.#times,
      values: this.#values,
    };
  }
}

/** The memory of an extract, to be given away. */
export function extractBuffers(extract: HeadExtract): ArrayBuffer[] {
  const { refs, uses, chunkEnds, openEnds, starts, ends, counts, offsets, bytes, times, values } = extract;
  const arrays = [refs, uses, chunkEnds, openEnds, starts, ends, counts, offsets, bytes, times, values];
  return arrays.map((array) => array.buffer as ArrayBuffer);
}

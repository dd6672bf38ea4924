/**
 * The spool: every acknowledged batch, on disk, until each destination has it. Batches that arrive while a write is under
 * way share the next one (group commit). Segments that all readers have passed are removed; past `maxBytes` the oldest
 * goes even so, and the readers count what they lost. A write that fails loses its batch for the destinations only, is
 * counted, and the next one begins a new segment: a half-written record is never followed by a good one. The newest
 * records stay in memory too (recent-records.ts), so that a reader close behind need not read and decode them.
 */
import { type FileHandle, mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Labels, SampleBatch, SeriesRef } from '@jaegis/model';
import { ByteWriter } from './byte-writer.ts';
import { RecentRecords } from './recent-records.ts';
import { type SpooledSamples, writeRecord } from './record.ts';
import type { SpooledRecord, SpoolPosition } from './spool-reader.ts';

export interface SpoolOptions {
  readonly folder: string;
  /** Of all segments together. */
  readonly maxBytes: number;
  /** A new segment is begun at this size, unless names still are much of it. Default: a 64th of `maxBytes`, 64 KiB to 8 MiB. */
  readonly segmentBytes?: number;
  readonly labelsOf: (ref: SeriesRef) => Labels | undefined;
  /** The newest records stay in memory up to this much. Default 16 MiB. */
  readonly recentBytes?: number;
}

/** What waits for a slow disk may take this much memory; a batch beyond it is lost to the destinations, and counted. */
const maxWaitingBytes = 64 * 2 ** 20;
/** Of a segment at least so many times the names of its series, so that naming them anew costs little... */
const sizePerNames = 8;
/** ...but no more than this share of the spool, for it goes as a whole. */
const largestShare = 8;
const nameForm = /^(\d{8})\.spool$/;

interface Segment {
  readonly id: number;
  /** Bytes that are wholly written. */
  size: number;
}

interface KnownSeries {
  readonly labels: Labels;
  readonly ref: SeriesRef;
  /** Which numbering gave it its number. */
  numbering: number;
  number: number;
  /** The series that came after it last time: nearly always it does so again, and is found without a search. */
  next: KnownSeries | undefined;
}

/** A record that is encoded and not written yet. */
interface EncodedRecord {
  readonly bytes: number;
  readonly series: readonly Labels[];
  readonly samples: SpooledSamples;
}

export class Spool {
  readonly #options: SpoolOptions;
  readonly #segmentBytes: number;
  #segments: Segment[] = [];
  #handle: FileHandle | undefined;
  /** Those of the last two segments. */
  readonly #known = new Map<SeriesRef, KnownSeries>();
  /** Series are numbered anew for each segment. */
  #numbering = 0;
  /** By number. */
  #series: Labels[] = [];
  #nameBytes = 0;
  readonly #recent: RecentRecords;
  #filling = new ByteWriter();
  #writing = new ByteWriter();
  #waiting: (() => void)[] = [];
  #encoded: EncodedRecord[] = [];
  /** Set while the next write must begin a segment of its own. */
  #mustBegin = true;
  #running: Promise<void> | undefined;
  #listeners = new Set<() => void>();
  #evictions = new Set<(segment: number) => Promise<void>>();
  #lost = 0;
  #error = '';

  static async open(options: SpoolOptions): Promise<Spool> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const spool = new Spool(options);
    for (const name of (await readdir(options.folder)).sort()) {
      const id = nameForm.exec(name)?.[1];
      if (id !== undefined)
        spool.#segments.push({ id: Number(id), size: (await stat(join(options.folder, name))).size });
    }
    return spool;
  }

  private constructor(options: SpoolOptions) {
    this.#options = options;
    this.#recent = new RecentRecords(options.recentBytes);
    this.#segmentBytes =
      options.segmentBytes ?? Math.max(64 * 2 ** 10, Math.min(8 * 2 ** 20, Math.floor(options.maxBytes / 64)));
  }

  /** Takes what `skip` does not name. Settles when it survives `kill -9`, or was counted as lost; never rejects. */
  append(batch: SampleBatch, skip: (index: number) => boolean): Promise<void> {
    if (this.#filling.length > maxWaitingBytes) {
      this.#lost += batch.length;
      return Promise.resolve();
    }
    const { samples, newSeries } = this.#number(batch, skip);
    if (samples.length === 0) return Promise.resolve();
    const before = this.#filling.length;
    this.#nameBytes += writeRecord(this.#filling, newSeries, samples);
    this.#encoded.push({ bytes: this.#filling.length - before, series: this.#series, samples });
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#running ??= this.#run();
    });
  }

  #number(batch: SampleBatch, skip: (index: number) => boolean) {
    const newSeries: Labels[] = [];
    const series = new Uint32Array(batch.length);
    const timestamps = new Float64Array(batch.length);
    const values = new Float64Array(batch.length);
    let length = 0;
    let before: KnownSeries | undefined;
    for (let i = 0; i < batch.length; i++) {
      if (skip(i)) continue;
      const ref = batch.refs[i]!;
      let known = before?.next;
      // One that was dropped meanwhile keeps its old numbering, and is looked for anew.
      if (known?.ref !== ref || known.numbering < this.#numbering - 2) {
        known = this.#known.get(ref) ?? this.#name(ref);
        if (known === undefined) continue;
        if (before !== undefined) before.next = known;
      }
      before = known;
      if (known.numbering !== this.#numbering) {
        known.numbering = this.#numbering;
        known.number = this.#series.push(known.labels) - 1;
        newSeries.push(known.labels);
      }
      series[length] = known.number;
      timestamps[length] = batch.timestamps[i]!;
      values[length] = batch.values[i]!;
      length++;
    }
    return { samples: { series, timestamps, values, length }, newSeries };
  }

  #name(ref: SeriesRef): KnownSeries | undefined {
    const labels = this.#options.labelsOf(ref);
    if (labels === undefined) return undefined;
    const known: KnownSeries = { labels, ref, numbering: -1, number: 0, next: undefined };
    this.#known.set(ref, known);
    return known;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const [bytes, settle, encoded] = [this.#filling, this.#waiting, this.#encoded];
      this.#filling = this.#writing;
      this.#writing = bytes;
      this.#waiting = [];
      this.#encoded = [];
      const begins = this.#mustBegin;
      // What is encoded from here on is for the segment after this one when this one is full: it names its series anew.
      const size = begins ? 0 : this.#segments.at(-1)!.size;
      this.#mustBegin = this.#isFull(size + bytes.length);
      if (this.#mustBegin) this.#numberAnew();
      try {
        await this.#write(bytes.view(), begins);
        this.#remember(encoded, bytes.length);
        this.#error = '';
      } catch (error) {
        this.#lost += samplesIn(encoded) + this.#dropFilling();
        this.#error = `Cannot write the spool: ${error instanceof Error ? error.message : String(error)}`;
        this.#mustBegin = true;
        this.#numberAnew();
      }
      bytes.reset();
      for (const each of settle) each();
      for (const listener of this.#listeners) listener();
      await this.#keepWithin().catch(() => {});
    }
    this.#running = undefined;
  }

  #isFull(bytes: number): boolean {
    const { maxBytes } = this.#options;
    return bytes >= this.#segmentBytes && (bytes >= sizePerNames * this.#nameBytes || bytes * largestShare >= maxBytes);
  }

  #numberAnew(): void {
    this.#numbering++;
    this.#series = [];
    this.#nameBytes = 0;
    for (const [ref, known] of this.#known) {
      if (known.numbering >= this.#numbering - 2) continue;
      this.#known.delete(ref);
      known.next = undefined;
    }
  }

  /** What was just written at the end of the newest segment. */
  #remember(encoded: readonly EncodedRecord[], bytes: number): void {
    const { id: segment, size } = this.#segments.at(-1)!;
    let offset = size - bytes;
    for (const { bytes: length, series, samples } of encoded) {
      const start = { segment, offset };
      offset += length;
      this.#recent.add({ start, series, samples, end: { segment, offset } });
    }
  }

  /** The record that begins at a place, when it is among the newest. */
  recent(at: SpoolPosition): SpooledRecord | undefined {
    return this.#recent.at(at);
  }

  /** What was encoded meanwhile counts on series that were named in vain. */
  #dropFilling(): number {
    const samples = samplesIn(this.#encoded);
    this.#filling.reset();
    this.#encoded = [];
    for (const each of this.#waiting.splice(0)) each();
    return samples;
  }

  async #write(bytes: Uint8Array, begins: boolean): Promise<void> {
    if (begins) {
      await this.#handle?.close();
      this.#handle = undefined;
      const id = (this.#segments.at(-1)?.id ?? 0) + 1;
      this.#handle = await open(this.pathOf(id), 'ax', 0o600);
      this.#segments.push({ id, size: 0 });
    }
    let at = 0;
    while (at < bytes.length) {
      const { bytesWritten } = await this.#handle!.write(bytes, at, bytes.length - at);
      at += bytesWritten;
    }
    this.#segments.at(-1)!.size += bytes.length;
  }

  async #keepWithin(): Promise<void> {
    while (this.bytes > this.#options.maxBytes && this.#segments.length > 1) {
      const [oldest] = this.#segments;
      for (const listener of this.#evictions) await listener(oldest!.id);
      await this.#remove(oldest!);
    }
  }

  /** Removes what lies before the segment, because nobody needs it any more. */
  async release(before: number): Promise<void> {
    for (const segment of this.#segments.filter((each) => each.id < before && each !== this.#segments.at(-1)))
      await this.#remove(segment);
  }

  async #remove(segment: Segment): Promise<void> {
    this.#segments = this.#segments.filter((each) => each !== segment);
    await unlink(this.pathOf(segment.id)).catch(() => {});
  }

  /** The labels under which a series is in the newest segments; the same object each time. */
  labelsOf(ref: SeriesRef): Labels | undefined {
    return this.#known.get(ref)?.labels;
  }

  pathOf(id: number): string {
    return join(this.#options.folder, `${String(id).padStart(8, '0')}.spool`);
  }

  /** The first segment from `id` on that is still there, with the bytes of it that may be read. */
  segmentFrom(id: number): { readonly id: number; readonly size: number; readonly isLast: boolean } | undefined {
    const index = this.#segments.findIndex((segment) => segment.id >= id);
    const segment = this.#segments[index];
    return segment === undefined ? undefined : { ...segment, isLast: index === this.#segments.length - 1 };
  }

  /** Where a reader that wants only what comes from now on begins. */
  end(): { readonly segment: number; readonly offset: number } {
    const last = this.#segments.at(-1);
    return { segment: last?.id ?? 1, offset: last?.size ?? 0 };
  }

  /** Calls back after each write. */
  onWritten(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back before a segment goes that may not have been read, because there is no more room. */
  onEvict(listener: (segment: number) => Promise<void>): () => void {
    this.#evictions.add(listener);
    return () => this.#evictions.delete(listener);
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  get maxBytes(): number {
    return this.#options.maxBytes;
  }

  /** Samples that could not be written. */
  get lost(): number {
    return this.#lost;
  }

  /** The last failure of the disk, empty while it works. */
  get error(): string {
    return this.#error;
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#handle?.close();
    this.#handle = undefined;
    this.#mustBegin = true;
  }
}

function samplesIn(encoded: readonly EncodedRecord[]): number {
  return encoded.reduce((sum, { samples }) => sum + samples.length, 0);
}

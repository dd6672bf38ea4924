/**
 * Group commit: batches that arrive while a write is under way are written together by the next one. A batch is encoded
 * when it arrives and applied to the head when its write has returned, in the order of the log, so that what a crash
 * leaves behind replays to the same head, and a failed write has changed nothing.
 */
import type { Labels, SampleBatch, SeriesRef } from '@jaegis/model';
import { RecordWriter } from './record-writer.ts';
import { writeSamples } from './samples-record.ts';
import type { SegmentWriter } from './segment-writer.ts';
import { writeSeries } from './series-record.ts';

interface Group {
  readonly records: RecordWriter;
  readonly waiting: ((error: unknown) => void)[];
}

export class GroupCommit {
  readonly #segments: SegmentWriter;
  readonly #labelsOf: (ref: SeriesRef) => Labels | undefined;
  #filling: Group = { records: new RecordWriter(), waiting: [] };
  #writing: Group = { records: new RecordWriter(), waiting: [] };
  readonly #seriesRecords = new RecordWriter();
  /** Series that the log does not know yet. They stay here until a write of their record has succeeded. */
  #unlogged: SeriesRef[] = [];
  #rotations: ((number: number) => void)[] = [];
  #running: Promise<void> | undefined;
  /** Bytes written since `rotate` last settled. */
  bytesSinceRotation = 0;

  readonly #turn: () => Promise<void>;

  /** `turn` settles when all that has arrived by now has been looked at. */
  constructor(options: {
    segments: SegmentWriter;
    labelsOf: (ref: SeriesRef) => Labels | undefined;
    turn: () => Promise<void>;
  }) {
    this.#segments = options.segments;
    this.#labelsOf = options.labelsOf;
    this.#turn = options.turn;
  }

  /** The series will be written before the next batch. */
  addSeries(ref: SeriesRef): void {
    this.#unlogged.push(ref);
  }

  /** Encodes the batch but for the samples that `skip` names; returns how many will be written. Follow with `commit`. */
  encode(batch: SampleBatch, skip: (index: number) => boolean): number {
    return writeSamples(this.#filling.records, batch, skip);
  }

  /** Bytes that wait for the write under way. */
  get waitingBytes(): number {
    return this.#filling.records.length;
  }

  /** Calls `done` once what was encoded before is in the log (`undefined`) or could not be written (the error). */
  commit(done: (error: unknown) => void): void {
    this.#filling.waiting.push(done);
    this.#running ??= this.#run();
  }

  /** Ends the current segment between two writes; gives a number between it and the next. */
  rotate(): Promise<number> {
    return new Promise((resolve) => {
      this.#rotations.push(resolve);
      this.#running ??= this.#run();
    });
  }

  /** Settles when nothing is waiting any more. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Batches of the same moment share the first write: one waking of another thread instead of one each.
    await this.#turn();
    while (this.#filling.waiting.length > 0 || this.#rotations.length > 0) {
      this.#rotate();
      if (this.#filling.waiting.length === 0) continue;
      const group = this.#filling;
      this.#filling = this.#writing;
      this.#writing = group;
      const error = await this.#write(group);
      for (const done of group.waiting) done(error);
      group.waiting.length = 0;
      group.records.reset();
    }
    this.#running = undefined;
  }

  #rotate(): void {
    if (this.#rotations.length === 0) return;
    const number = this.#segments.rotate();
    this.bytesSinceRotation = 0;
    for (const resolve of this.#rotations.splice(0)) resolve(number);
  }

  /** The error of a failed write. */
  async #write(group: Group): Promise<unknown> {
    const series = this.#unlogged;
    this.#unlogged = [];
    try {
      if (series.length > 0) {
        this.#seriesRecords.reset();
        writeSeries(this.#seriesRecords, series, this.#labelsOf);
        await this.#append(this.#seriesRecords.view());
      }
    } catch (error) {
      this.#unlogged = series.concat(this.#unlogged);
      return error ?? new Error('the write failed');
    }
    try {
      await this.#append(group.records.view());
    } catch (error) {
      return error ?? new Error('the write failed');
    }
    return undefined;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    await this.#segments.write(bytes);
    this.bytesSinceRotation += bytes.length;
  }
}

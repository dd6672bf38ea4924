/**
 * A stretch of the log, read apart from the rest: several threads take a stretch each, and what they give back is what a
 * checkpoint of it would be (series as they came, then closed chunks and the newest open samples), so that the one who
 * asked only has to put chunks in place. Labels are not looked at: which series a ref is follows from the series records
 * before it, and those of earlier files are read first, for their refs alone. Buffers are long where there are few series,
 * and small chunks are not merged: that is where reading a log sample by sample spends its time.
 */
import type { ByteReader } from '../byte-stream.ts';
import { Head } from '../head/head.ts';
import { generationOf, rowOf } from '../head/series-table.ts';
import { emptyTally, type TimeLimits } from '../head/tally.ts';
import type { StorageDirectory } from '../storage-directory.ts';
import { writeChunks } from './checkpoint.ts';
import { readRecords, readSeriesRecords } from './record-reader.ts';
import { RecordWriter, recordHeaderBytes } from './record-writer.ts';
import { readSamples, sampleRoom } from './samples-record.ts';
import { readSeriesRefs } from './series-record.ts';

export interface ReplayJob {
  /** Files before the stretch, in order; only their series records count. */
  readonly earlier: readonly string[];
  /** The stretch: segments, in order. */
  readonly files: readonly string[];
  readonly limits: TimeLimits;
}

export interface ReplayedPart {
  /** Records: all series records of the stretch, then its chunks. */
  readonly records: readonly Uint8Array<ArrayBuffer>[];
  readonly samples: number;
  readonly orphans: number;
  /** Damaged stretches of files, and files that cannot be read; the first of them in words. */
  readonly damaged: number;
  readonly damages: readonly string[];
  readonly sizes: readonly (readonly [name: string, bytes: number])[];
}

/** Reads a stretch in another thread; rejects when that fails. */
export interface ReplayThreads {
  readonly count: number;
  /** A stretch that is smaller is not worth a thread. */
  readonly leastBytes: number;
  run(job: ReplayJob): Promise<ReplayedPart>;
}

/** Open samples of all series together may take this much. */
const bufferBytes = 192 * 2 ** 20;
const sampleBytes = 12;
const longestBuffer = 128;
const shortestBuffer = 32;
const bytesPerPiece = 2 ** 20;
const maxDamages = 20;

export async function replayPart(directory: StorageDirectory, job: ReplayJob): Promise<ReplayedPart> {
  const rows = new LoggedRefs();
  for (const name of job.earlier) {
    const bytes = await directory.read(name).catch(() => new Uint8Array(0));
    readSeriesRecords(bytes, (type, payload) => {
      if (type === 'series') readSeriesRefs(payload, (ref) => rows.put(ref));
    });
  }
  const part = new Part(rows, job.limits);
  for (const name of job.files) await part.file(directory, name);
  return part.finish();
}

/** Which ref each row has, as far as the log has told. */
class LoggedRefs {
  refs = new Uint32Array(1_024);
  end = 0;

  get bytes(): number {
    return this.refs.byteLength;
  }

  /** Gives a row its ref; returns true when another had it. */
  put(ref: number): boolean {
    if (ref > 0xffffffff || generationOf(ref) === 0) throw new RangeError('no such ref');
    const row = rowOf(ref);
    if (row >= this.refs.length) {
      const longer = new Uint32Array(Math.max(row + 1, this.refs.length * 2));
      longer.set(this.refs);
      this.refs = longer;
    }
    const before = this.refs[row]!;
    this.refs[row] = ref;
    this.end = Math.max(this.end, row + 1);
    return before !== 0 && before !== ref;
  }
}

class Part {
  readonly #rows: LoggedRefs;
  readonly #head: Head<LoggedRefs>;
  readonly #limits: TimeLimits;
  readonly #room = sampleRoom();
  readonly #series = new RecordWriter();
  readonly #records: Uint8Array<ArrayBuffer>[] = [];
  readonly #damages: string[] = [];
  readonly #sizes: [string, number][] = [];
  #damaged = 0;
  #samples = 0;
  #orphans = 0;

  constructor(rows: LoggedRefs, limits: TimeLimits) {
    this.#rows = rows;
    this.#limits = limits;
    const fitting = Math.floor(bufferBytes / sampleBytes / Math.max(1, rows.end));
    const bufferSize = Math.min(longestBuffer, Math.max(shortestBuffer, fitting));
    this.#head = new Head(rows, { bufferSize, isMerging: false });
    this.#head.reserve();
  }

  async file(directory: StorageDirectory, name: string): Promise<void> {
    let bytes: Uint8Array;
    try {
      bytes = await directory.read(name);
    } catch (error) {
      this.#damage(`Cannot read ${name}: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    this.#sizes.push([name, bytes.length]);
    const damaged = readRecords(bytes, (type, payload) => {
      if (type === 'samples') this.#readSamples(payload);
      else if (type === 'series') this.#readSeries(payload);
    });
    for (const { at, bytes: length } of damaged)
      this.#damage(`${name}: ${length} bytes at ${at} are damaged and were skipped`);
  }

  #damage(message: string): void {
    this.#damaged++;
    if (this.#damages.length < maxDamages) this.#damages.push(message);
  }

  finish(): ReplayedPart {
    this.#flush(this.#series);
    const out = new RecordWriter();
    for (let row = 0; row < this.#rows.end; row++) {
      const ref = this.#rows.refs[row]!;
      if (ref === 0) continue;
      this.#head.closeMost(row);
      writeChunks(out, this.#head, [ref]);
      if (out.length >= bytesPerPiece) this.#flush(out);
    }
    this.#flush(out);
    return {
      records: this.#records,
      samples: this.#samples,
      orphans: this.#orphans,
      damaged: this.#damaged,
      damages: this.#damages,
      sizes: this.#sizes,
    };
  }

  #readSeries(payload: ByteReader): void {
    const whole = payload.bytes.subarray(payload.at - recordHeaderBytes, payload.end);
    readSeriesRefs(payload, (ref) => {
      if (this.#rows.put(ref)) this.#head.clear(rowOf(ref));
    });
    this.#head.reserve();
    this.#series.raw(whole);
    if (this.#series.length >= bytesPerPiece) this.#flush(this.#series);
  }

  #readSamples(payload: ByteReader): void {
    readSamples(payload, this.#room);
    const tally = emptyTally();
    this.#head.apply(this.#room.batch, this.#limits, tally);
    this.#samples += this.#room.batch.length;
    this.#orphans += tally.unknown;
  }

  #flush(out: RecordWriter): void {
    if (out.length > 0) this.#records.push(out.view().slice());
    out.reset();
  }
}

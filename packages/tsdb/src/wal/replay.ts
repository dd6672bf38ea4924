/**
 * Start: reads the newest checkpoint and the segments after it back into the head, oldest first. What is damaged is
 * counted and skipped; a file that cannot be read at all counts as one damage. Replaying what is there already changes
 * nothing, so when the checkpoint's end is missing all that is there is read.
 */
import type { Labels, SeriesRef } from '@jaegis/model';
import type { ByteReader } from '../byte-stream.ts';
import { maxChunkSamples } from '../chunk/chunk-codec.ts';
import type { Head } from '../head/head.ts';
import { generationOf, maxLabels, rowOf } from '../head/series-table.ts';
import { emptyTally, type TimeLimits } from '../head/tally.ts';
import type { StorageDirectory } from '../storage-directory.ts';
import { type CheckpointChunk, checkpointAfter, readChunks } from './checkpoint.ts';
import { type Damage, readRecords, recordsOf } from './record-reader.ts';
import type { RecordType } from './record-writer.ts';
import type { ReplayedPart, ReplayThreads } from './replay-part.ts';
import { readSamples, sampleRoom } from './samples-record.ts';
import { segmentId } from './segment-writer.ts';
import { readSeries } from './series-record.ts';
import { splitLog } from './split-log.ts';

export interface Replayed {
  /** Samples that were read, whether or not they were still wanted. */
  samples: number;
  /** Damaged stretches and unreadable files. */
  damaged: number;
  /** Samples of series whose own record was lost. */
  orphans: number;
  /** The first few damages, in words. */
  readonly damages: string[];
  /** Highest segment number in any name. */
  lastSegment: number;
  /** Bytes in each file that is there. */
  readonly sizes: Map<string, number>;
}

const maxDamages = 20;

export interface ReplayOptions {
  readonly directory: StorageDirectory;
  readonly limits: TimeLimits;
  /** Gives others their turn, after each stretch of the log. */
  readonly pause: () => Promise<void>;
  /** Where a long log is read in parts, side by side. */
  readonly threads?: ReplayThreads | undefined;
}

/** Some ten milliseconds of work. */
const bytesPerSlice = 128 * 1024;

export async function replay(head: Head, options: ReplayOptions): Promise<Replayed> {
  const { directory, limits, pause } = options;
  const result: Replayed = { samples: 0, damaged: 0, orphans: 0, damages: [], lastSegment: 0, sizes: new Map() };
  const names = (await directory.list()).sort();
  const reader = new Replay(head, limits, { result, pause });
  const complete = await newestComplete(directory, names);
  const checkpoints = names.filter((name) => (checkpointAfter(name) ?? -1) >= complete);
  const segments = names.filter((name) => (segmentId(name) ?? -1) > complete);
  for (const name of names)
    result.lastSegment = Math.max(result.lastSegment, segmentId(name) ?? checkpointAfter(name) ?? 0);
  const parts = await partsOf(options, checkpoints, segments);
  for (const name of checkpoints) await reader.file(directory, name);
  for (const { files, replayed } of parts) {
    const part = await replayed;
    if (part !== undefined) await reader.part(part);
    else for (const name of files) await reader.file(directory, name);
  }
  head.series.finishRestoring();
  return result;
}

interface LogPart {
  readonly files: readonly string[];
  /** `undefined` when it is to be read here: there is no thread for it, or it failed. */
  readonly replayed: Promise<ReplayedPart | undefined>;
}

/** The segments in parts, those for threads already under way. */
async function partsOf(
  { directory, limits, threads }: ReplayOptions,
  checkpoints: readonly string[],
  segments: readonly string[],
): Promise<LogPart[]> {
  const here = [{ files: segments, replayed: Promise.resolve(undefined) }];
  if (threads === undefined) return here;
  const sized = await Promise.all(
    segments.map(async (name) => ({ name, bytes: await directory.size(name).catch(() => 0) })),
  );
  const parts = splitLog(sized, threads);
  if (parts.length === 0) return here;
  return parts.map((files, i) => {
    const earlier = [...checkpoints, ...parts.slice(0, i).flat()];
    return { files, replayed: threads.run({ earlier, files, limits }).catch(() => undefined) };
  });
}

/**
 * The number of the newest checkpoint, when its end is there: what is older need not be read. 0 when its end is missing:
 * it is unfinished or damaged, and then all files are read, as far as there are any.
 */
async function newestComplete(directory: StorageDirectory, names: readonly string[]): Promise<number> {
  const last = names.filter((name) => checkpointAfter(name) !== undefined).at(-1);
  if (last === undefined) return 0;
  let isComplete = false;
  try {
    readRecords(await directory.read(last), (type) => {
      if (type === 'end') isComplete = true;
    });
  } catch {
    return 0;
  }
  return isComplete ? checkpointAfter(last)! : 0;
}

class Replay {
  readonly #head: Head;
  readonly #limits: TimeLimits;
  readonly #result: Replayed;
  readonly #pause: () => Promise<void>;
  readonly #room = sampleRoom();

  constructor(head: Head, limits: TimeLimits, to: { result: Replayed; pause: () => Promise<void> }) {
    this.#head = head;
    this.#limits = limits;
    this.#result = to.result;
    this.#pause = to.pause;
  }

  async file(directory: StorageDirectory, name: string): Promise<void> {
    let bytes: Uint8Array;
    await this.#pause();
    try {
      bytes = await directory.read(name);
    } catch (error) {
      this.#damage(`Cannot read ${name}: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    this.#result.sizes.set(name, bytes.length);
    for (const { at, bytes: length } of await this.#records(bytes)) {
      this.#damage(`${name}: ${length} bytes at ${at} are damaged and were skipped`);
    }
  }

  /** Takes over what a thread has read. Its chunks are counted there. */
  async part({ records, samples, orphans, damaged, damages, sizes }: ReplayedPart): Promise<void> {
    const before = { samples: this.#result.samples, orphans: this.#result.orphans };
    for (const bytes of records) await this.#records(bytes);
    this.#result.samples = before.samples + samples;
    this.#result.orphans = before.orphans + orphans;
    for (const [name, bytes] of sizes) this.#result.sizes.set(name, bytes);
    for (const message of damages) this.#damage(message);
    this.#result.damaged += damaged - damages.length;
  }

  async #records(bytes: Uint8Array): Promise<Damage[]> {
    const damaged: Damage[] = [];
    let paused = 0;
    for (const at of recordsOf(bytes, (type, payload) => this.#record(type, payload), damaged)) {
      if (at - paused < bytesPerSlice) continue;
      paused = at;
      await this.#pause();
    }
    return damaged;
  }

  #damage(message: string): void {
    this.#result.damaged++;
    if (this.#result.damages.length < maxDamages) this.#result.damages.push(message);
  }

  #record(type: RecordType, payload: ByteReader): void {
    if (type === 'series') readSeries(payload, (ref, labels) => this.#series(ref, labels));
    else if (type === 'samples') this.#samples(payload);
    else if (type === 'chunks') readChunks(payload, (chunk) => this.#chunk(chunk));
  }

  #series(ref: SeriesRef, labels: Labels): void {
    const { series } = this.#head;
    if (ref > 0xffffffff || generationOf(ref) === 0 || Object.keys(labels).length > maxLabels)
      throw new RangeError('no such ref');
    const known = series.find(labels);
    if (known !== -1 && series.refs[known] === ref) return;
    const evicted = new Set<number>();
    // The same labels under an older ref, or another series in this row: both had been dropped when this was written.
    if (known !== -1) evicted.add(known);
    const row = rowOf(ref);
    if (row < series.end && series.refs[row] !== 0) evicted.add(row);
    for (const each of evicted) this.#head.clear(each);
    series.remove([...evicted]);
    series.restore(ref, labels);
    this.#head.reserve();
  }

  #samples(payload: ByteReader): void {
    readSamples(payload, this.#room);
    const tally = emptyTally();
    this.#head.apply(this.#room.batch, this.#limits, tally);
    this.#result.samples += this.#room.batch.length;
    this.#result.orphans += tally.unknown;
  }

  #chunk(chunk: CheckpointChunk): void {
    if (chunk.count < 1 || chunk.count > maxChunkSamples) throw new RangeError('a chunk has no such count');
    this.#result.samples += chunk.count;
    if (!this.#head.series.isLive(chunk.ref)) this.#result.orphans += chunk.count;
    else this.#head.restoreChunk(rowOf(chunk.ref), chunk.bytes, chunk);
  }
}

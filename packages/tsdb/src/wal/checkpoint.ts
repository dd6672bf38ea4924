/**
 * A checkpoint is the head as records, so that the log before it can go. `checkpoint-00000007-000.log` and its further
 * parts hold every series that lived, its chunks and its open samples, at some moment after the last segment below 7 was
 * ended (checkpoints and segments are numbered in one row); the segments after 7 are replayed on top, and what is in both is there once. The last part ends with an `end` record;
 * a checkpoint without one is unfinished, and then the older files are still there too.
 *
 * Payload of a chunks record: to its end, for each chunk
 *   ref, count (varints), 1 when the samples are still open or 2 (byte), first time (f64), for 2 the last time minus the
 *   first (varint), length (varint), chunk bytes. (0 instead of 2: the same without the last time, as earlier ones wrote.)
 * Payload of an end record: number of series (varint).
 */
import type { SeriesRef } from '@jaegis/model';
import type { ByteReader } from '../byte-stream.ts';
import type { Head } from '../head/head.ts';
import { rowOf } from '../head/series-table.ts';
import type { StorageDirectory } from '../storage-directory.ts';
import { maxPayloadBytes, RecordWriter } from './record-writer.ts';
import { writeSeries } from './series-record.ts';

const partBytes = 32 * 2 ** 20;
/** Rows that are written before others get their turn: two milliseconds. */
const rowsPerSlice = 256;
const bytesPerWrite = 2 ** 20;

export function checkpointName(after: number, part: number): string {
  return `checkpoint-${String(after).padStart(8, '0')}-${String(part).padStart(3, '0')}.log`;
}

/** The number of a checkpoint, above that of every segment it stands for; `undefined` for other files. */
export function checkpointAfter(name: string): number | undefined {
  const match = /^checkpoint-(\d{8,})-\d{3,}\.log$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

export interface CheckpointOptions {
  readonly directory: StorageDirectory;
  readonly head: Head;
  /** Its number. */
  readonly after: number;
  /** Gives others their turn, after each slice. */
  readonly pause: () => Promise<void>;
}

/** Writes the head as the checkpoint number `after`, synced; returns its size. Appends may go on meanwhile. */
export async function writeCheckpoint({ directory, head, after, pause }: CheckpointOptions): Promise<number> {
  const out = new RecordWriter();
  let series = 0;
  let total = 0;
  let part = 0;
  for (let row = 0; row < head.series.end || part === 0; part++) {
    const file = await directory.openAppend(checkpointName(after, part));
    try {
      for (let size = 0; row < head.series.end && size < partBytes; ) {
        for (; row < head.series.end && out.length < bytesPerWrite; row += rowsPerSlice) {
          series += writeRows(out, head, { from: row, to: Math.min(row + rowsPerSlice, head.series.end) });
          await pause();
        }
        size += out.length;
        total += out.length;
        await file.append(out.view());
        out.reset();
      }
      if (row >= head.series.end) {
        out.begin('end');
        out.varint(series);
        out.end();
        total += out.length;
        await file.append(out.view());
        out.reset();
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }
  return total;
}

function writeRows(out: RecordWriter, head: Head, range: { from: number; to: number }): number {
  const refs: SeriesRef[] = [];
  for (let row = range.from; row < range.to; row++) if (head.series.refs[row] !== 0) refs.push(head.series.refs[row]!);
  writeSeries(out, refs, (ref) => head.series.labels(rowOf(ref)));
  writeChunks(out, head, refs);
  return refs.length;
}

/** Writes the chunks and open samples of series as chunks records. */
export function writeChunks(out: RecordWriter, head: Pick<Head, 'forEachChunk'>, refs: readonly SeriesRef[]): void {
  let isOpen = false;
  for (const ref of refs) {
    head.forEachChunk(rowOf(ref), (chunk) => {
      if (!isOpen) out.begin('chunks');
      isOpen = true;
      out.varint(ref);
      out.varint(chunk.count);
      out.varint(chunk.isOpen ? 1 : 2);
      out.f64(chunk.start);
      if (!chunk.isOpen) out.varint(chunk.end - chunk.start);
      out.varint(chunk.bytes.length);
      out.raw(chunk.bytes);
      if (out.payloadBytes < maxPayloadBytes) return;
      out.end();
      isOpen = false;
    });
  }
  if (isOpen) out.end();
}

export interface CheckpointChunk {
  readonly ref: SeriesRef;
  readonly start: number;
  /** Time of the last sample, where it is known. */
  readonly end: number | undefined;
  readonly count: number;
  readonly isOpen: boolean;
  /** A view that is good during the visit. */
  readonly bytes: Uint8Array;
}

export function readChunks(payload: ByteReader, visit: (chunk: CheckpointChunk) => void): void {
  while (!payload.isDone) {
    const ref = payload.varint();
    const count = payload.varint();
    const kind = payload.varint();
    const start = payload.f64();
    const end = kind === 2 ? start + payload.varint() : undefined;
    const bytes = payload.raw(payload.varint());
    visit({ ref, start, end, count, isOpen: kind === 1, bytes });
  }
}

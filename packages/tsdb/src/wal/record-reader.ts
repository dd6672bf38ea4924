/**
 * Reads a file of records (record-writer.ts). Where a record is torn, cut off or has a flipped bit, reading goes on at
 * the next place that holds a whole valid record; the stretch between counts as one damage.
 */
import { ByteReader, u32At } from '../byte-stream.ts';
import { checksum, maxPayloadBytes, type RecordType, recordHeaderBytes, recordTypes } from './record-writer.ts';

export interface Damage {
  /** Byte offset, and how many bytes were skipped. */
  readonly at: number;
  readonly bytes: number;
}

type Visit = (type: RecordType, payload: ByteReader) => void;

/** Calls `visit` for each whole record; returns what was damaged. A `visit` that throws counts as damage of that record. */
export function readRecords(bytes: Uint8Array, visit: Visit): Damage[] {
  const damaged: Damage[] = [];
  for (const _ of recordsOf(bytes, visit, damaged));
  return damaged;
}

/** As `readRecords`, a record (or a damaged stretch) at a time: gives the place that it has come to, and notes damage in `damaged`. */
export function* recordsOf(bytes: Uint8Array, visit: Visit, damaged: Damage[]): Generator<number> {
  yield* recordsButFor(undefined, bytes, { visit, damaged });
}

/** As `readRecords` for the series records alone: samples are passed over unchecked, as long as another record follows. */
export function readSeriesRecords(bytes: Uint8Array, visit: Visit): void {
  for (const _ of recordsButFor('samples', bytes, { visit, damaged: [] }));
}

function* recordsButFor(
  passed: RecordType | undefined,
  bytes: Uint8Array,
  { visit, damaged }: { visit: Visit; damaged: Damage[] },
): Generator<number> {
  const reader = new ByteReader(bytes);
  let at = 0;
  while (at < bytes.length) {
    if (passed !== undefined && recordTypes[bytes[at + 2]! - 1] === passed) {
      const next = at + recordHeaderBytes + u32At(bytes, at + 3);
      if (isMark(bytes, at) && isMark(bytes, next)) {
        at = next;
        continue;
      }
    }
    const end = recordEnd(bytes, at);
    if (end === -1) {
      const next = findNext(bytes, at + 1);
      damaged.push({ at, bytes: next - at });
      at = next;
      yield at;
      continue;
    }
    reader.reset(bytes, at + recordHeaderBytes, end);
    try {
      visit(recordTypes[bytes[at + 2]! - 1]!, reader);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      damaged.push({ at, bytes: end - at });
    }
    at = end;
    yield at;
  }
}

/** Where the record at `at` ends, or -1 when no whole valid one begins there. */
function recordEnd(bytes: Uint8Array, at: number): number {
  if (!isMark(bytes, at) || at + recordHeaderBytes > bytes.length) return -1;
  const type = bytes[at + 2]!;
  if (type < 1 || type > recordTypes.length) return -1;
  const length = u32At(bytes, at + 3);
  // A record is closed soon after it reaches the limit, never before: one more label set or chunk fits behind it.
  const end = at + recordHeaderBytes + length;
  if (length > 2 * maxPayloadBytes || end > bytes.length) return -1;
  return checksum(bytes, at, end) === u32At(bytes, at + 7) ? end : -1;
}

function isMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && bytes[at + 1] === 0x4a;
}

function findNext(bytes: Uint8Array, from: number): number {
  for (let at = from; ; ) {
    at = bytes.indexOf(0xff, at);
    if (at === -1) return bytes.length;
    if (recordEnd(bytes, at) !== -1) return at;
    at++;
  }
}

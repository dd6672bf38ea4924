/**
 * Reads a file of records (record-writer.ts). Where a record is torn, cut off or has a flipped bit, reading goes on at
 * the next place that holds a whole valid record; the stretch between counts as one damage.
 */
import { checksum, maxPayloadBytes, type RecordType, recordHeaderBytes, recordTypes } from './record-writer.ts';

export interface Damage {
  /** Byte offset, and how many bytes were skipped. */
  readonly at: number;
  readonly bytes: number;
}

type Visit = (type: RecordType, payload: PayloadReader) => void;

/** Calls `visit` for each whole record; returns what was damaged. A `visit` that throws counts as damage of that record. */
export function readRecords(bytes: Uint8Array, visit: Visit): Damage[] {
  const damaged: Damage[] = [];
  for (const _ of recordsOf(bytes, visit, damaged));
  return damaged;
}

/** As `readRecords`, a record (or a damaged stretch) at a time: gives the place that it has come to, and notes damage in `damaged`. */
export function* recordsOf(bytes: Uint8Array, visit: Visit, damaged: Damage[]): Generator<number> {
  const reader = new PayloadReader();
  let at = 0;
  while (at < bytes.length) {
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
  if (bytes[at] !== 0xff || bytes[at + 1] !== 0x4a || at + recordHeaderBytes > bytes.length) return -1;
  const type = bytes[at + 2]!;
  if (type < 1 || type > recordTypes.length) return -1;
  const length = getU32(bytes, at + 3);
  // A record is closed soon after it reaches the limit, never before: one more label set or chunk fits behind it.
  const end = at + recordHeaderBytes + length;
  if (length > 2 * maxPayloadBytes || end > bytes.length) return -1;
  return checksum(bytes, at, end) === getU32(bytes, at + 7) ? end : -1;
}

function findNext(bytes: Uint8Array, from: number): number {
  for (let at = from; ; ) {
    at = bytes.indexOf(0xff, at);
    if (at === -1) return bytes.length;
    if (recordEnd(bytes, at) !== -1) return at;
    at++;
  }
}

function getU32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

const decoder = new TextDecoder();

/** Reads a payload from front to back. Throws `RangeError` past its end. */
export class PayloadReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;

  reset(bytes: Uint8Array, from: number, to: number): void {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  get isDone(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw new RangeError('the record ends too early');
    return this.bytes[this.at++]!;
  }

  varint(): number {
    let byte = this.byte();
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let scale = 128; scale <= 2 ** 49; scale *= 128) {
      byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError('a number is too long');
  }

  f64(): number {
    const at = this.#take(8);
    return new DataView(this.bytes.buffer, this.bytes.byteOffset).getFloat64(at, true);
  }

  text(): string {
    const length = this.varint();
    const at = this.#take(length);
    return decoder.decode(this.bytes.subarray(at, at + length));
  }

  /** A view of the next `length` bytes. */
  raw(length: number): Uint8Array {
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  #take(length: number): number {
    const at = this.at;
    if (at + length > this.end) throw new RangeError('the record ends too early');
    this.at = at + length;
    return at;
  }
}

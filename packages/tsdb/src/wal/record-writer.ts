/**
 * The log is a row of records; the same form is used in segments (`wal-*.log`) and checkpoints (`checkpoint-*.log`):
 *
 *   byte  0      0xFF   \ marks a record: 0xFF never occurs in UTF-8, so no label can look like one
 *         1      0x4A   /
 *         2      type: 1 series, 2 samples, 3 chunks, 4 end of a checkpoint, 5 deletion (delete/tombstones.ts)
 *         3..6   length of the payload, little-endian
 *         7..10  CRC-32C of the payload, XORed with 0x9E3779B1 times that of bytes 2..6; little-endian
 *         11..   payload
 *
 * Numbers in payloads are varints (seven bits a byte, lowest first) or fixed little-endian.
 */
import { crc32c } from './crc32c.ts';

export const recordHeaderBytes = 11;
/** A payload is cut off here, so that damage costs little and a reader can tell a wrong length. */
export const maxPayloadBytes = 4 * 2 ** 20;

export type RecordType = 'series' | 'samples' | 'chunks' | 'end' | 'deletion';
export const recordTypes: readonly RecordType[] = ['series', 'samples', 'chunks', 'end', 'deletion'];

const encoder = new TextEncoder();

/** Builds records one after the other in one growing array, which is reused after `reset`. */
export class RecordWriter {
  bytes = new Uint8Array(64 * 1024);
  /** Bytes used. Hot writers keep it in a local and put it back. */
  length = 0;
  #start = 0;

  reset(): void {
    this.length = 0;
    // What one great batch needed is not kept for ever.
    if (this.bytes.length > 2 ** 22) this.bytes = new Uint8Array(64 * 1024);
  }

  begin(type: RecordType): void {
    this.#start = this.length;
    this.reserve(recordHeaderBytes);
    this.bytes[this.length] = 0xff;
    this.bytes[this.length + 1] = 0x4a;
    this.bytes[this.length + 2] = recordTypes.indexOf(type) + 1;
    this.length += recordHeaderBytes;
  }

  end(): void {
    const start = this.#start;
    putU32(this.bytes, start + 3, this.length - start - recordHeaderBytes);
    putU32(this.bytes, start + 7, checksum(this.bytes, start, this.length));
  }

  /** Bytes in the payload of the record that is being written. */
  get payloadBytes(): number {
    return this.length - this.#start - recordHeaderBytes;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  f64(value: number): void {
    this.reserve(8);
    new DataView(this.bytes.buffer).setFloat64(this.length, value, true);
    this.length += 8;
  }

  text(value: string): void {
    this.reserve(value.length * 3 + 8);
    if (value.length < 128 && this.#ascii(value)) return;
    const room = this.bytes.subarray(this.length + 4);
    const { written } = encoder.encodeInto(value, room);
    const at = this.length;
    this.varint(written);
    this.bytes.copyWithin(this.length, at + 4, at + 4 + written);
    this.length += written;
  }

  /** A short text of ASCII alone is written by hand: the encoder's fixed cost is ten times that. */
  #ascii(value: string): boolean {
    const { bytes, length } = this;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) return false;
      bytes[length + 1 + i] = code;
    }
    bytes[length] = value.length;
    this.length = length + 1 + value.length;
    return true;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A view on what was written; good until the next `reset`. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** The checksum of the record at [start, end): its type, its length and its payload. */
export function checksum(bytes: Uint8Array, start: number, end: number): number {
  // Two sums folded into one, so that the stretch between (the stored checksum itself) is left out.
  const head = crc32c(bytes, start + 2, start + 7);
  return (crc32c(bytes, start + recordHeaderBytes, end) ^ Math.imul(head, 0x9e3779b1)) >>> 0;
}

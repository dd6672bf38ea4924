import { isStaleMarker } from '@jaegis/model';

/** Bytes of a protobuf message that grow; lengths are known before anything is written. */
export class RequestBytes {
  bytes = new Uint8Array(4 * 1024);
  length = 0;
  #view = new DataView(this.bytes.buffer);

  /** A view, good until more is written. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  reset(): void {
    this.length = 0;
  }

  /** A tag of one byte and a length. */
  tag(tag: number, size: number): void {
    this.room(1);
    this.bytes[this.length++] = tag;
    this.varint(size);
  }

  varint(value: number): void {
    this.room(8);
    this.length = writeVarint(this.bytes, this.length, value);
  }

  /** A field of eight bytes. */
  double(tag: number, value: number): void {
    this.room(9);
    this.bytes[this.length++] = tag;
    // Arithmetic and copies may change the bits of a NaN, and those of the stale marker mean something.
    if (isStaleMarker(value)) {
      this.#view.setUint32(this.length, 2, true);
      this.#view.setUint32(this.length + 4, 0x7ff00000, true);
    } else this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** A signed number of 64 bits; see `timeSize`. */
  time(tag: number, value: number): void {
    this.room(1);
    this.bytes[this.length++] = tag;
    if (value >= 0) {
      this.varint(value);
      return;
    }
    this.room(10);
    // Two's complement: ten groups of seven.
    for (let rest = BigInt.asUintN(64, BigInt(value)), i = 0; i < 10; i++, rest >>= 7n)
      this.bytes[this.length++] = Number(rest & 0x7fn) | (i < 9 ? 0x80 : 0);
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  room(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size));
    larger.set(this.view());
    this.bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

export function timeSize(timestamp: number): number {
  return timestamp < 0 ? 10 : varintSize(timestamp);
}

export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 4 + varintSize(Math.floor(value / 0x10000000));
}

/** Puts a number from 0 to 2^53; gives where what comes next begins. */
export function writeVarint(out: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  // Beyond 32 bits the operators on bits do not reach.
  for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) out[at++] = (rest % 128) | 0x80;
  for (; rest > 0x7f; rest >>>= 7) out[at++] = (rest & 0x7f) | 0x80;
  out[at++] = rest;
  return at;
}

/** Bytes written and read front to back: varints (seven bits a byte, lowest first), zigzag, fixed little-endian, UTF-8. */
const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder();

export class ByteWriter {
  bytes = new Uint8Array(4096);
  length = 0;

  reset(): void {
    this.length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.bytes[this.length++] = value;
  }

  /** 0..2^53 - 1. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  /** Whole numbers up to 2^52 either way. */
  zigzag(value: number): void {
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  f64(value: number): void {
    this.#reserve(8);
    scratch[0] = value;
    this.bytes.set(scratchBytes, this.length);
    this.length += 8;
  }

  u32(value: number): void {
    this.#reserve(4);
    for (let shift = 0; shift < 32; shift += 8) this.bytes[this.length++] = value >>> shift;
  }

  text(value: string): void {
    const bytes = textEncoder.encode(value);
    this.varint(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A view, good until the next write or `reset`. */
  view(from = 0): Uint8Array {
    return this.bytes.subarray(from, this.length);
  }

  #reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

/** Through bytes, never through arithmetic: the bits of a NaN are kept. Little-endian, as all machines of Node are. */
const scratch = new Float64Array(1);
const scratchBytes = new Uint8Array(scratch.buffer);

/** A fixed number of four bytes; bytes that are not there count as 0. */
export function u32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** Throws `RangeError` past its end. */
export class ByteReader {
  bytes: Uint8Array;
  at: number;
  end: number;

  constructor(bytes: Uint8Array, from = 0, to = bytes.length) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  /** Begins anew, elsewhere. */
  reset(bytes: Uint8Array, from: number, to: number): void {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  get isDone(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw new RangeError('the bytes end too early');
    return this.bytes[this.at++]!;
  }

  varint(): number {
    let byte = this.byte();
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let weight = 128; weight <= 2 ** 49; weight *= 128) {
      byte = this.byte();
      value += (byte & 127) * weight;
      if (byte < 128) return value;
    }
    throw new RangeError('a number is too long');
  }

  zigzag(): number {
    const value = this.varint();
    const rest = Math.floor(value / 2);
    return rest * 2 === value ? rest : -rest - 1;
  }

  f64(): number {
    const at = this.#take(8);
    scratchBytes.set(this.bytes.subarray(at, at + 8));
    return scratch[0]!;
  }

  u32(): number {
    const at = this.#take(4);
    return u32At(this.bytes, at);
  }

  text(): string {
    const length = this.varint();
    const at = this.#take(length);
    return textDecoder.decode(this.bytes.subarray(at, at + length));
  }

  /** A view of the next `length` bytes. */
  raw(length: number): Uint8Array {
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  #take(length: number): number {
    const at = this.at;
    if (at + length > this.end) throw new RangeError('the bytes end too early');
    this.at = at + length;
    return at;
  }
}

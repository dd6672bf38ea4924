/**
 * Writes the protobuf wire format into one growing buffer. Lengths are always minimal, so that the same message written
 * from JSON and by an SDK has the same bytes (a series' identity is compared by its bytes).
 */
export class WireWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written so far; a copy. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  varintField(field: number, value: number | bigint): void {
    this.#varint(field << 3);
    this.#varint64(BigInt(value));
  }

  /** `sint32` and `sint64`. */
  zigzagField(field: number, value: number): void {
    const wide = BigInt(value);
    this.#varint(field << 3);
    this.#varint64(wide < 0n ? -2n * wide - 1n : 2n * wide);
  }

  doubleField(field: number, value: number): void {
    this.#varint((field << 3) | 1);
    this.#room(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** `fixed64` and `sfixed64`; wraps modulo 2^64. */
  fixed64Field(field: number, value: bigint): void {
    this.#varint((field << 3) | 1);
    this.#fixed64(value);
  }

  fixed32Field(field: number, value: number): void {
    this.#varint((field << 3) | 5);
    this.#room(4);
    this.#view.setUint32(this.#length, value >>> 0, true);
    this.#length += 4;
  }

  stringField(field: number, value: string): void {
    this.bytesField(field, new TextEncoder().encode(value));
  }

  bytesField(field: number, value: Uint8Array): void {
    this.#varint((field << 3) | 2);
    this.#varint(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** A nested message, written by `body`. */
  messageField(field: number, body: (writer: WireWriter) => void): void {
    this.#varint((field << 3) | 2);
    const start = this.#length;
    body(this);
    const size = this.#length - start;
    let lengthBytes = 1;
    for (let rest = size; rest > 0x7f; rest = Math.floor(rest / 128)) lengthBytes++;
    this.#room(lengthBytes);
    this.#bytes.copyWithin(start + lengthBytes, start, this.#length);
    this.#length = start;
    this.#varint(size);
    this.#length += size;
  }

  packedDoubles(field: number, values: ArrayLike<number>): void {
    this.messageField(field, () => {
      for (let i = 0; i < values.length; i++) {
        this.#room(8);
        this.#view.setFloat64(this.#length, values[i]!, true);
        this.#length += 8;
      }
    });
  }

  packedFixed64(field: number, values: ArrayLike<number | bigint>): void {
    this.messageField(field, () => {
      for (let i = 0; i < values.length; i++) this.#fixed64(BigInt(values[i]!));
    });
  }

  packedVarints(field: number, values: ArrayLike<number | bigint>): void {
    this.messageField(field, () => {
      for (let i = 0; i < values.length; i++) this.#varint64(BigInt(values[i]!));
    });
  }

  #fixed64(value: bigint): void {
    this.#room(8);
    this.#view.setBigUint64(this.#length, BigInt.asUintN(64, value), true);
    this.#length += 8;
  }

  #varint(value: number): void {
    this.#room(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  #varint64(value: bigint): void {
    if (value >= 0n && value <= 0xffffffffn) {
      this.#varint(Number(value));
      return;
    }
    this.#room(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  #room(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

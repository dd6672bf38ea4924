const encoder = new TextEncoder();

/** Bytes that grow: variable-length integers, texts and doubles of a spool record. */
export class ByteWriter {
  #bytes = new Uint8Array(4_096);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  reset(): void {
    this.length = 0;
  }

  /** Whole numbers from 0 to 2^53. */
  varint(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.length++] = rest;
  }

  /** Whole numbers of either sign, small ones in few bytes. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  text(value: string): void {
    // UTF-8 takes at most three bytes a UTF-16 unit: a short text has a length of one byte, and is written in its place.
    if (value.length > 42) {
      const bytes = encoder.encode(value);
      this.varint(bytes.length);
      this.#room(bytes.length);
      this.#bytes.set(bytes, this.length);
      this.length += bytes.length;
      return;
    }
    this.#room(1 + 3 * value.length);
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.length + 1));
    this.#bytes[this.length] = written;
    this.length += 1 + written;
  }

  double(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  uint32At(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** Leaves room that is written later. */
  skip(bytes: number): void {
    this.#room(bytes);
    this.length += bytes;
  }

  #room(size: number): void {
    if (this.length + size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + size));
    larger.set(this.view());
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Writes bits, most significant first, into a growing byte array. Reused: `reset`, write, then take `bytes.subarray(0, finish())`. */
export class BitWriter {
  bytes = new Uint8Array(4096);
  #length = 0;
  #word = 0;
  #free = 32;

  reset(): void {
    this.#length = 0;
    this.#word = 0;
    this.#free = 32;
  }

  /** Bits written so far. */
  get bits(): number {
    return this.#length * 8 + 32 - this.#free;
  }

  /** Writes the low `count` (0..32) bits of `value`. */
  write(value: number, count: number): void {
    if (count === 0) return;
    const masked = count === 32 ? value >>> 0 : value & ((1 << count) - 1);
    if (count < this.#free) {
      this.#word |= masked << (this.#free - count);
      this.#free -= count;
      return;
    }
    const rest = count - this.#free;
    this.#word |= rest === 0 ? masked : masked >>> rest;
    this.#flushWord();
    if (rest > 0) this.#word = masked << (32 - rest);
    this.#free = 32 - rest;
  }

  /** Writes an integer 0..2^53 - 1 in groups of seven bits, lowest first, each led by a bit that says whether more follow. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.write(128 | (rest % 128), 8);
      rest = Math.floor(rest / 128);
    }
    this.write(rest, 8);
  }

  /** Pads to a whole byte and returns the length in bytes. */
  finish(): number {
    const used = 32 - this.#free;
    this.#reserve();
    for (let shift = 24, left = used; left > 0; shift -= 8, left -= 8) {
      this.bytes[this.#length++] = this.#word >>> shift;
    }
    this.#word = 0;
    this.#free = 32;
    return this.#length;
  }

  #flushWord(): void {
    this.#reserve();
    const at = this.#length;
    this.bytes[at] = this.#word >>> 24;
    this.bytes[at + 1] = this.#word >>> 16;
    this.bytes[at + 2] = this.#word >>> 8;
    this.bytes[at + 3] = this.#word;
    this.#length = at + 4;
    this.#word = 0;
  }

  #reserve(): void {
    if (this.#length + 4 <= this.bytes.length) return;
    const grown = new Uint8Array(this.bytes.length * 2);
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

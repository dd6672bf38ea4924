/** Reads what `BitWriter` wrote. Past the end of its range it reads zeros, so damaged bytes give wrong numbers, never a crash. */
export class BitReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #position = 0;
  #end = 0;

  /** Starts at byte `from`; bytes at and after `to` read as zero. */
  reset(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes;
    this.#position = from * 8;
    this.#end = to;
  }

  /** In bits; to come back to later. */
  get position(): number {
    return this.#position;
  }

  set position(bits: number) {
    this.#position = bits;
  }

  /** The next 25 bits or more, left-aligned in 32, without moving on. */
  #peek(): number {
    const bytes = this.#bytes;
    const at = this.#position >>> 3;
    let word: number;
    if (at + 4 <= this.#end) {
      word = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    } else {
      word = 0;
      for (let i = 0; i < 4; i++) if (at + i < this.#end) word |= bytes[at + i]! << (24 - 8 * i);
    }
    return word << (this.#position & 7);
  }

  /** Reads `count` (0..32) bits as an unsigned number. */
  read(count: number): number {
    if (count === 0) return 0;
    if (count > 24) {
      const high = this.#peek() >>> 16;
      this.#position += 16;
      const rest = count - 16;
      const low = this.#peek() >>> (32 - rest);
      this.#position += rest;
      return high * 2 ** rest + low;
    }
    const value = this.#peek() >>> (32 - count);
    this.#position += count;
    return value;
  }

  /** Counts one bits up to a zero, which is taken too; stops at `limit` ones, and then no zero is taken. `limit` <= 24. */
  ones(limit: number): number {
    const count = Math.clz32(~this.#peek());
    if (count >= limit) {
      this.#position += limit;
      return limit;
    }
    this.#position += count + 1;
    return count;
  }

  /**
   * Reads Rice-coded zigzag numbers of parameter `k` (0..20) into `out[from...to)` for as long as each is within the 25 bits
   * of one look; returns the place of the first that is not. Between the end of the range and that of the bytes it reads what is
   * there.
   */
  riceRun(k: number, out: Float64Array, from: number, to: number): number {
    const bytes = this.#bytes;
    const safe = bytes.length - 4;
    let position = this.#position;
    let i = from;
    for (; i < to; i++) {
      const at = position >>> 3;
      if (at > safe) break;
      const word =
        ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) << (position & 7);
      const ones = Math.clz32(~word);
      const size = ones + 1 + k;
      // A row of 24 ones is not a number.
      if (size > 25 || ones === 24) break;
      // Shifted in two steps: a shift by 32 would be none.
      const u = (ones << k) | (((word << (ones + 1)) >>> 1) >>> (31 - k));
      out[i] = (u >>> 1) ^ -(u & 1);
      position += size;
    }
    this.#position = position;
    return i;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const group = this.read(8);
      value += (group & 127) * scale;
      if (group < 128) break;
      scale *= 128;
    }
    return value;
  }
}

/**
 * An adaptive binary range coder: a yes-or-no whose chance is p costs -log2(p) bits, not a whole one. Each decision has a
 * cell of its own that learns its chance as it goes: fast at first (the n-th time by 1/(n + 1.5)), then by 1/32.
 * Bits of which nothing is known are written at half a chance each (`direct`). G. N. N. Martin 1979; the carry is
 * handled as in LZMA (Pavlov). Bad at: short input, for it must learn; about 5 bits a cell are lost to that.
 */

/** Chances are in 1/4096. */
const half = 2048;
export const slowest = 30;
export const rates = Int32Array.from({ length: slowest + 1 }, (_, n) => Math.round(65_536 / (n + 1.5)));

/** The chances of one coder; `reset` before each use. */
export class Cells {
  readonly chances: Uint16Array;
  readonly seen: Uint8Array;

  constructor(count: number) {
    this.chances = new Uint16Array(count).fill(half);
    this.seen = new Uint8Array(count);
  }

  reset(): void {
    this.chances.fill(half);
    this.seen.fill(0);
  }
}

function learn(cells: Cells, cell: number, bit: number): void {
  const { chances, seen } = cells;
  const n = seen[cell]!;
  const p = chances[cell]!;
  // Kept between 16/4096 and 4080/4096, so that nothing is ever impossible.
  const goal = bit === 0 ? 4080 : 16;
  chances[cell] = p + (((goal - p) * rates[n]!) >> 16);
  if (n < slowest) seen[cell] = n + 1;
}

/** Turns unsigned order into signed: all numbers here are 32 bits in the form that the engine keeps without boxes. */
export const flip = -0x80000000;

export class RangeEncoder {
  bytes = new Uint8Array(1024);
  #length = 0;
  #low = 0;
  #range = -1;
  #carry = 0;
  #cache = 0;
  #pending = 0;
  #isFirst = true;

  reset(): void {
    this.#length = 0;
    this.#low = 0;
    this.#range = -1;
    this.#carry = 0;
    this.#cache = 0;
    this.#pending = 0;
    this.#isFirst = true;
  }

  bit(cells: Cells, cell: number, bit: number): void {
    const bound = Math.imul(this.#range >>> 12, cells.chances[cell]!);
    if (bit === 0) {
      this.#range = bound;
    } else {
      this.#add(bound);
      this.#range = (this.#range - bound) | 0;
    }
    learn(cells, cell, bit);
    while (this.#range >>> 24 === 0) this.#shift();
  }

  /** The low `count` (0..52) bits of `value`, unmodelled. */
  direct(value: number, count: number): void {
    let left = count;
    while (left > 0) {
      const take = Math.min(left, 8);
      left -= take;
      const part = (left < 24 && count <= 31 ? value >>> left : Math.floor(value / 2 ** left)) & ((1 << take) - 1);
      this.#range = this.#range >>> take;
      this.#add(Math.imul(part, this.#range));
      while (this.#range >>> 24 === 0) this.#shift();
    }
  }

  /** Ends the stream; returns a view on the bytes, good until the next `reset`. Trailing zeros are left out. */
  finish(): Uint8Array {
    for (let i = 0; i < 5; i++) this.#shift();
    let length = this.#length;
    while (length > 0 && this.bytes[length - 1] === 0) length--;
    return this.bytes.subarray(0, length);
  }

  #add(amount: number): void {
    const sum = (this.#low + amount) | 0;
    // Past 2^32 the sum is less than what it began with.
    if ((sum ^ flip) < (this.#low ^ flip)) this.#carry = 1;
    this.#low = sum;
  }

  #shift(): void {
    const top = this.#low >>> 24;
    if (top !== 0xff || this.#carry === 1) {
      if (!this.#isFirst) this.#put(this.#cache + this.#carry);
      this.#isFirst = false;
      for (; this.#pending > 0; this.#pending--) this.#put(0xff + this.#carry);
      this.#cache = top;
    } else {
      this.#pending++;
    }
    this.#carry = 0;
    this.#low <<= 8;
    this.#range <<= 8;
  }

  #put(byte: number): void {
    if (this.#length === this.bytes.length) {
      const grown = new Uint8Array(this.bytes.length * 2);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes[this.#length++] = byte & 0xff;
  }
}

/**
 * Reads what `RangeEncoder` wrote. Past the end it reads zeros: damaged bytes give wrong numbers, never a crash. Its state is
 * open to the one loop that has no time for calls.
 */
export class RangeDecoder {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  range = 0;
  code = 0;

  reset(bytes: Uint8Array, from: number, to: number): void {
    this.bytes = bytes;
    this.end = to;
    this.resume(from, -1, 0);
    for (let i = 0; i < 4; i++) this.code = (this.code << 8) | this.#next();
  }

  /** Goes on from a state. */
  resume(at: number, range: number, code: number): void {
    this.at = at;
    this.range = range;
    this.code = code;
  }

  #next(): number {
    return this.at < this.end ? this.bytes[this.at++]! : 0;
  }

  bit(cells: Cells, cell: number): number {
    const bound = Math.imul(this.range >>> 12, cells.chances[cell]!);
    const bit = (this.code ^ flip) < (bound ^ flip) ? 0 : 1;
    this.range = bit === 0 ? bound : (this.range - bound) | 0;
    if (bit === 1) this.code = (this.code - bound) | 0;
    learn(cells, cell, bit);
    while (this.range >>> 24 === 0) this.#shift();
    return bit;
  }

  /** `count` (0..52) bits that were written unmodelled. */
  direct(count: number): number {
    let value = 0;
    let left = count;
    while (left > 0) {
      const take = Math.min(left, 8);
      left -= take;
      this.range = this.range >>> take;
      const most = (1 << take) - 1;
      const quotient = Math.floor((this.code >>> 0) / this.range);
      const part = Math.min(quotient, most);
      this.code = (this.code - Math.imul(part, this.range)) | 0;
      value = value * (1 << take) + part;
      while (this.range >>> 24 === 0) this.#shift();
    }
    return value;
  }

  #shift(): void {
    this.range <<= 8;
    this.code = (this.code << 8) | this.#next();
  }
}

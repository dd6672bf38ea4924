/**
 * Text straight into bytes. Numbers are written as `formatNumber` does, and most without making a string: whole numbers by
 * their digits, and decimals of up to six places, x = r / 10^6 with |r| < 10^15, by those of r. Fifteen digits or fewer tell
 * a double from all others, so no shorter text would give the same, once the zeros at the end are gone.
 */
import { formatNumber } from './format-number.ts';

const encoder = new TextEncoder();
const places = 1_000_000;
const exactLimit = 1e15;
const zero = 48;

export class TextWriter {
  #bytes = new Uint8Array(4_096);
  #length = 0;
  readonly #digits = new Uint8Array(24);

  /** Makes room for so many bytes more. */
  #reserve(count: number): Uint8Array {
    if (this.#length + count > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return this.#bytes;
  }

  /** A text of ASCII. */
  ascii(text: string): void {
    const bytes = this.#reserve(text.length);
    let at = this.#length;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.#length = at;
  }

  /** Any text. */
  text(text: string): void {
    const bytes = this.#reserve(text.length * 3);
    this.#length += encoder.encodeInto(text, bytes.subarray(this.#length)).written;
  }

  /** A part of other bytes. */
  copy(from: Uint8Array, start: number, end: number): void {
    const bytes = this.#reserve(end - start);
    let at = this.#length;
    for (let i = start; i < end; i++) bytes[at++] = from[i]!;
    this.#length = at;
  }

  /** A part of other bytes, and behind it the value with what closes a sample: `1.5"]`. */
  sample(from: Uint8Array, start: number, end: number, value: number): void {
    this.copy(from, start, end);
    this.number(value);
    this.ascii('"]');
  }

  number(value: number): void {
    if (value === (value | 0) && value !== 0) {
      this.#decimal(value, 0);
      return;
    }
    const scaled = Math.round(value * places);
    if (scaled / places !== value || scaled >= exactLimit || scaled <= -exactLimit || value === 0) {
      if (Number.isInteger(value) && Math.abs(value) < exactLimit && value !== 0) this.#decimal(value, 0);
      else this.ascii(value === 0 && !Object.is(value, -0) ? '0' : formatNumber(value));
      return;
    }
    let digits = scaled;
    let fraction = 6;
    // The remainder of great numbers is slow.
    if (digits % 1_000 === 0) {
      digits /= 1_000;
      fraction = 3;
    }
    while (fraction > 0 && digits % 10 === 0) {
      digits /= 10;
      fraction--;
    }
    this.#decimal(digits, fraction);
  }

  /** `digits` / 10^fraction; not 0, and below 10^15 either way. */
  #decimal(digits: number, fraction: number): void {
    const bytes = this.#reserve(24);
    const own = this.#digits;
    let rest = Math.abs(digits);
    let count = 0;
    // Below 2^31 the remainder is one of whole numbers, which is several times faster.
    while (rest >= 0x7fffffff) {
      const next = Math.floor(rest / 10);
      own[count++] = zero + (rest - next * 10);
      rest = next;
    }
    for (let small = rest | 0; small > 0; ) {
      const next = (small / 10) | 0;
      own[count++] = zero + (small - next * 10);
      small = next;
    }
    while (count <= fraction) own[count++] = zero;
    let at = this.#length;
    if (digits < 0) bytes[at++] = 45;
    for (let i = count - 1; i >= 0; i--) {
      bytes[at++] = own[i]!;
      if (i === fraction && fraction > 0) bytes[at++] = 46;
    }
    this.#length = at;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, in memory of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

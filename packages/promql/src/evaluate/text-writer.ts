/** Text straight into bytes, which grow as they are needed. */
import { longestNumber, putNumber } from './number-text.ts';

const encoder = new TextEncoder();
const comma = 44;
const quote = 34;
const openBracket = 91;
const closeBracket = 93;
/** Room is made for so many samples at once. */
const samplesAtOnce = 512;
const longestSample = 2 * longestNumber + 6;

/** Samples of one series, those at `first` and behind it. */
export interface TextSamples {
  readonly first: number;
  readonly values: Float64Array;
  /** 0 where there is none, counted from `first` on; left out where there is one everywhere. */
  readonly present: Uint8Array | undefined;
}

export class TextWriter {
  #bytes: Uint8Array;
  #length = 0;

  /** @param expected About how many bytes are going to be written. */
  constructor(expected = 4_096) {
    this.#bytes = new Uint8Array(expected);
  }

  /** Makes room for so many bytes more. */
  #reserve(count: number): Uint8Array {
    if (this.#length + count > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
      grown.set(this.#bytes.subarray(0, this.#length));
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

  number(value: number): void {
    this.#length = putNumber(this.#reserve(longestNumber), this.#length, value);
  }

  /** `[[time,"value"],[time,"value"]` of those that are there, of which there must be one. */
  samples(seconds: Float64Array, { first, values, present }: TextSamples): void {
    const begin = this.#length;
    for (let from = 0; from < seconds.length; from += samplesAtOnce) {
      const to = Math.min(seconds.length, from + samplesAtOnce);
      const bytes = this.#reserve((to - from) * longestSample);
      let at = this.#length;
      for (let i = from; i < to; i++) {
        if (present !== undefined && present[i] === 0) continue;
        bytes[at] = comma;
        bytes[at + 1] = openBracket;
        at = putNumber(bytes, at + 2, seconds[i]!);
        bytes[at] = comma;
        bytes[at + 1] = quote;
        at = putNumber(bytes, at + 2, values[first + i]!);
        bytes[at] = quote;
        bytes[at + 1] = closeBracket;
        at += 2;
      }
      this.#length = at;
    }
    // In place of the first comma.
    this.#bytes[begin] = openBracket;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written; the writer is not to be used any more. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/**
 * A chunk: `count` samples of one series in time order. Its first time and its count are kept beside it (the chunk
 * table in memory, the record's head on disk), so the bytes hold only what those do not say:
 *
 *   bits  what
 *   3     form of the values: 0 constant, 1 decimal, 2 xor
 *   ...   times, minus the first: an integer column (integer-column.ts)
 *   then  constant: 64 bits of the value
 *         decimal:  exponent (4), shift (5), an integer column (decimal.ts)
 *         xor:      an xor column (xor-column.ts)
 *   0..7  zero bits up to a whole byte
 *
 * The form is the smallest of those that can hold the values.
 */
import { BitReader } from './bit-reader.ts';
import { BitWriter } from './bit-writer.ts';
import { type DecimalScale, fromIntegers, toIntegers } from './decimal.ts';
import { readEvenSteps, readIntegers, writeIntegers } from './integer-column.ts';
import { readXor, writeXor } from './xor-column.ts';

const constantForm = 0;
const decimalForm = 1;
const xorForm = 2;

/** More samples than this in one chunk are never written. */
export const maxChunkSamples = 1024;

// Scratch, kept between calls so that closing a chunk allocates nothing. Never live across a call.
const writer = new BitWriter();
const alternative = new BitWriter();
const reader = new BitReader();
const integers = new Float64Array(maxChunkSamples);
const scale: DecimalScale = { exponent: 0, shift: 0 };

/**
 * Encodes the first `count` (1..1024) samples; `times` are whole milliseconds in rising order. The result is a view on
 * scratch memory: copy it before the next call.
 */
export function encodeChunk(times: Float64Array, values: Float64Array, count: number): Uint8Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, count * 2);
  const form = isConstant(words, count)
    ? constantForm
    : toIntegers(values, count, { out: integers, scale })
      ? decimalForm
      : xorForm;
  if (form !== decimalForm) return write(writer, form, { times, words, count });
  const decimal = write(writer, decimalForm, { times, words, count });
  // Decimals with noise in every digit are no smaller than their bits; then plain XOR wins, and decodes faster too.
  if (decimal.length < count * 4) return decimal;
  const xor = write(alternative, xorForm, { times, words, count });
  return xor.length < decimal.length ? xor : decimal;
}

interface Samples {
  times: Float64Array;
  words: Uint32Array;
  count: number;
}

function write(out: BitWriter, form: number, samples: Samples): Uint8Array {
  const { times, words, count } = samples;
  out.reset();
  out.write(form, 3);
  writeTimes(out, times, count);
  if (form === constantForm) {
    out.write(words[1]!, 32);
    out.write(words[0]!, 32);
  } else if (form === decimalForm) {
    out.write(scale.exponent, 4);
    out.write(scale.shift, 5);
    writeIntegers(out, integers, count);
  } else {
    writeXor(out, words, count);
  }
  return out.bytes.subarray(0, out.finish());
}

const offsets = new Float64Array(maxChunkSamples);

function writeTimes(out: BitWriter, times: Float64Array, count: number): void {
  const first = times[0]!;
  for (let i = 0; i < count; i++) offsets[i] = times[i]! - first;
  writeIntegers(out, offsets, count);
}

function isConstant(words: Uint32Array, count: number): boolean {
  const low = words[0]!;
  const high = words[1]!;
  for (let i = 1; i < count; i++) if (words[2 * i] !== low || words[2 * i + 1] !== high) return false;
  return true;
}

export interface EncodedChunk {
  readonly bytes: Uint8Array;
  /** Where the chunk begins and ends in `bytes`. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Time of the first sample. */
  readonly start: number;
}

/**
 * Decodes all samples into `times[at...]` and `values[at...]`, which must have room for them. True where a time is another
 * than was there before: series that are sent together have the same times, and who knows that need not look at them anew.
 */
export function decodeChunk(
  chunk: EncodedChunk,
  into: { times: Float64Array; values: Float64Array; at: number },
): boolean {
  const { count } = chunk;
  const { values, at } = into;
  reader.reset(chunk.bytes, chunk.from, chunk.to);
  const form = reader.read(3);
  const isChanged = readTimes(chunk, into);
  if (form === decimalForm) {
    const exponent = reader.read(4);
    const shift = reader.read(5);
    readIntegers(reader, count, values, at);
    fromIntegers(values, { from: at, to: at + count }, { exponent, shift });
    return isChanged;
  }
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  if (form === xorForm) {
    readXor(reader, count, words, at);
    return isChanged;
  }
  const high = reader.read(32);
  const low = reader.read(32);
  for (let i = at; i < at + count; i++) {
    words[2 * i] = low;
    words[2 * i + 1] = high;
  }
  return isChanged;
}

function readTimes({ count, start }: EncodedChunk, { times, at }: { times: Float64Array; at: number }): boolean {
  let isChanged = false;
  const step = readEvenSteps(reader);
  if (step === undefined) readIntegers(reader, count, offsets, 0);
  for (let i = 0; i < count; i++) {
    const time = start + (step === undefined ? offsets[i]! : i * step);
    if (times[at + i] === time) continue;
    times[at + i] = time;
    isChanged = true;
  }
  return isChanged;
}

/**
 * A column of doubles, bit for bit, in few bytes. Most columns are decimals of few digits: times 10^e they are whole
 * numbers, which after dividing their distances by the greatest common divisor (pages of 4 KiB, thousands) go through
 * integer-stream.ts. The few values that are no such decimals (a stale marker, a NaN, one with noise in its last digits)
 * are exceptions and stand beside; a column with many of them is XORed (chunk/xor-column.ts) instead.
 *
 *   byte  form: 0 constant, 1 decimal, 2 xor
 *   constant: the value (8 bytes, little-endian)
 *   decimal:  e (1), predictor and depth (1), first, divisor, parameter (zigzag varints), number of exceptions (varint),
 *             for each its distance from the last (varint) and its value (8 bytes); then the integer stream to the end
 *   xor:      the bits of the xor column
 */

import { ByteReader, type ByteWriter } from '../byte-stream.ts';
import { BitReader } from '../chunk/bit-reader.ts';
import { BitWriter } from '../chunk/bit-writer.ts';
import { readXor, writeXor } from '../chunk/xor-column.ts';
import { decodeIntegers, encodeIntegers, planIntegers, readShape, shapeByte } from './integer-stream.ts';
import { RangeDecoder, RangeEncoder } from './range-coder.ts';

const constantForm = 0;
const decimalForm = 1;
const xorForm = 2;

/** The most values in one column. */
export const maxColumn = 1024;
const maxExponent = 12;
const powers = Array.from({ length: maxExponent + 1 }, (_, e) => 10 ** e);
/** Second differences of what is below this are exact. */
const integerLimit = 2 ** 50;
/** What one exception costs beside the column, and one more decimal place of every value, in bits. */
const exceptionBits = 80;
const placeBits = Math.log2(10);

// Scratch: never live across a call.
const ints = new Float64Array(maxColumn);
const exponents = new Int8Array(maxColumn);
const encoder = new RangeEncoder();
const decoder = new RangeDecoder();
const bitWriter = new BitWriter();
const bitReader = new BitReader();

/** Appends the first `count` (1..1024) values to `out`. */
export function writeValues(out: ByteWriter, values: Float64Array, count: number): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, count * 2);
  if (isConstant(words, count)) {
    out.byte(constantForm);
    out.f64(values[0]!);
    return;
  }
  const exponent = chooseExponent(values, count);
  if (exponent === -1) {
    out.byte(xorForm);
    bitWriter.reset();
    writeXor(bitWriter, words, count);
    const length = bitWriter.finish();
    out.raw(bitWriter.bytes.subarray(0, length));
    return;
  }
  out.byte(decimalForm);
  writeDecimals(out, values, { count, exponent });
}

function isConstant(words: Uint32Array, count: number): boolean {
  for (let i = 1; i < count; i++) if (words[2 * i] !== words[0] || words[2 * i + 1] !== words[1]) return false;
  return true;
}

/** The number of decimal places that makes the column smallest; -1 when it is not one of decimals. Fills `exponents`. */
function chooseExponent(values: Float64Array, count: number): number {
  // The usual column: what holds for the first few holds for all.
  let usual = 0;
  for (let i = 0; i < Math.min(count, 16); i++)
    while (usual <= maxExponent && !isDecimal(values[i]!, powers[usual]!)) usual++;
  if (usual <= maxExponent && areDecimals(values, count, powers[usual]!)) {
    exponents.fill(usual, 0, count);
    return usual;
  }
  const withPlaces = new Uint16Array(maxExponent + 2);
  let last = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    // Most values have as many places as the one before.
    let places = last;
    if (isDecimal(value, powers[places]!)) while (places > 0 && isDecimal(value, powers[places - 1]!)) places--;
    else while (++places <= maxExponent && !isDecimal(value, powers[places]!));
    exponents[i] = places;
    withPlaces[places]!++;
    if (places <= maxExponent) last = places;
  }
  let exceptions = count;
  let best = -1;
  let bestBits = (count / 4) * exceptionBits;
  for (let e = 0; e <= maxExponent; e++) {
    exceptions -= withPlaces[e]!;
    const bits = exceptions * exceptionBits + count * e * placeBits;
    if (exceptions * 4 > count || bits >= bestBits) continue;
    best = e;
    bestBits = bits;
  }
  return best;
}

function areDecimals(values: Float64Array, count: number, power: number): boolean {
  for (let i = 0; i < count; i++) if (!isDecimal(values[i]!, power)) return false;
  return true;
}

function isDecimal(value: number, power: number): boolean {
  const scaled = Math.round(value * power);
  // NaN and infinities fail the comparisons; -0 would come back as 0.
  return scaled / power === value && scaled <= integerLimit && scaled >= -integerLimit && !Object.is(value, -0);
}

function writeDecimals(out: ByteWriter, values: Float64Array, of: { count: number; exponent: number }): void {
  const { count, exponent } = of;
  const power = powers[exponent]!;
  let isFirst = true;
  let before = 0;
  let exceptions = 0;
  for (let i = 0; i < count; i++) {
    // Fewer places do not promise more: the division may round another way.
    if (exponents[i]! <= exponent && !isDecimal(values[i]!, power)) exponents[i] = maxExponent + 1;
    if (exponents[i]! > exponent) {
      exceptions++;
      ints[i] = before;
      continue;
    }
    before = Math.round(values[i]! * power);
    ints[i] = before;
    if (isFirst) ints.fill(before, 0, i);
    isFirst = false;
  }
  const origin = ints[0]!;
  const divisor = commonDivisor(count);
  for (let i = 0; i < count; i++) ints[i] = (ints[i]! - origin) / divisor;
  const parameters = planIntegers(ints, count);
  out.byte(exponent);
  out.byte(shapeByte(parameters));
  out.zigzag(origin);
  out.varint(divisor);
  out.zigzag(parameters.parameter);
  out.varint(exceptions);
  for (let i = 0, last = 0; i < count && exceptions > 0; i++) {
    if (exponents[i]! <= exponent) continue;
    out.varint(i - last);
    out.f64(values[i]!);
    last = i;
  }
  if (parameters.depth === 0) return;
  encoder.reset();
  encodeIntegers(encoder, count, parameters.depth);
  out.raw(encoder.finish());
}

/** The greatest common divisor of the distances of `ints` from the first. */
function commonDivisor(count: number): number {
  let divisor = 0;
  for (let i = 1; i < count && divisor !== 1; i++) {
    let rest = Math.abs(ints[i]! - ints[0]!);
    while (rest !== 0) {
      const next = divisor % rest;
      divisor = rest;
      rest = next;
    }
  }
  return divisor === 0 ? 1 : divisor;
}

/**
 * Reads `count` values into `out[at...]`. The column must be all of `input` from here to its end.
 * Damaged bytes give wrong numbers or a `RangeError`.
 */
export function readValues(input: ByteReader, count: number, into: { values: Float64Array; at: number }): void {
  const { values, at } = into;
  const form = input.byte();
  if (form === constantForm) {
    values.fill(input.f64(), at, at + count);
    return;
  }
  if (form === xorForm) {
    bitReader.reset(input.bytes, input.at, input.end);
    readXor(bitReader, count, new Uint32Array(values.buffer, values.byteOffset, values.length * 2), at);
    input.at = input.end;
    return;
  }
  if (form !== decimalForm) throw new RangeError(`form of a column is ${form}, must be 0, 1 or 2`);
  readDecimals(input, count, into);
}

function readDecimals(input: ByteReader, count: number, into: { values: Float64Array; at: number }): void {
  const { values, at } = into;
  const exponent = input.byte();
  const shape = readShape(input.byte());
  const origin = input.zigzag();
  const divisor = input.varint();
  const parameter = input.zigzag();
  const exceptions = input.varint();
  if (exceptions > count || exponent > maxExponent) throw new RangeError('a column has no such head');
  const exceptionsAt = input.at;
  for (let i = 0; i < exceptions; i++) {
    input.varint();
    input.f64();
  }
  decoder.reset(input.bytes, input.at, input.end);
  input.at = input.end;
  decodeIntegers(decoder, count, { ...shape, parameter, first: 0 }, { values, from: at });
  const power = powers[exponent]!;
  for (let i = at; i < at + count; i++) values[i] = (values[i]! * divisor + origin) / power;
  if (exceptions === 0) return;
  const beside = new ByteReader(input.bytes, exceptionsAt, input.end);
  for (let i = 0, place = at; i < exceptions; i++) {
    place += beside.varint();
    if (place >= at + count) throw new RangeError('an exception lies behind its column');
    values[place] = beside.f64();
  }
}

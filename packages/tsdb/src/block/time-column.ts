/**
 * The times of a chunk, as distances in milliseconds from its first. Series that are sent together have the same ones,
 * so a block keeps each column of times once, and chunks name it by number.
 *
 *   byte  0 regular: the step (varint)
 *         1 stream:  predictor and depth (1), parameter (zigzag), the integer stream to the end (integer-stream.ts)
 */

import type { ByteReader, ByteWriter } from '../byte-stream.ts';
import { crc32c } from '../wal/crc32c.ts';
import { decodeIntegers, encodeIntegers, planIntegers, readShape, shapeByte } from './integer-stream.ts';
import { RangeDecoder, RangeEncoder } from './range-coder.ts';
import { maxColumn } from './value-column.ts';

const encoder = new RangeEncoder();
const decoder = new RangeDecoder();
const distances = new Float64Array(maxColumn);

/** Appends `count` (1..1024) rising whole numbers, less the first of them. */
export function writeTimes(out: ByteWriter, times: Float64Array, count: number): void {
  const first = times[0]!;
  const step = count > 1 ? times[1]! - first : 0;
  let isRegular = true;
  for (let i = 0; i < count; i++) {
    const distance = times[i]! - first;
    distances[i] = distance;
    if (distance !== i * step) isRegular = false;
  }
  if (isRegular) {
    out.byte(0);
    out.varint(step);
    return;
  }
  const parameters = planIntegers(distances, count);
  out.byte(1);
  out.byte(shapeByte(parameters));
  out.zigzag(parameters.parameter);
  encoder.reset();
  encodeIntegers(encoder, count, parameters.depth);
  out.raw(encoder.finish());
}

/** Reads a column that is all of `input`. */
export function readTimes(input: ByteReader, count: number): Float64Array {
  const times = new Float64Array(count);
  if (input.byte() === 0) {
    const step = input.varint();
    for (let i = 0; i < count; i++) times[i] = i * step;
    return times;
  }
  const shape = readShape(input.byte());
  const parameter = input.zigzag();
  decoder.reset(input.bytes, input.at, input.end);
  decodeIntegers(decoder, count, { ...shape, parameter, first: 0 }, { values: times, from: 0 });
  return times;
}

/** Gives the same bytes the same number. */
export class ColumnNumbers {
  readonly columns: { readonly bytes: Uint8Array; readonly count: number; readonly span: number }[] = [];
  readonly #byHash = new Map<number, number[]>();

  numberOf(bytes: Uint8Array, of: { count: number; span: number }): number {
    const hash = (crc32c(bytes) ^ Math.imul(of.count, 0x9e3779b1)) >>> 0;
    const known = this.#byHash.get(hash) ?? [];
    for (const id of known) {
      const column = this.columns[id]!;
      if (column.count === of.count && isSame(column.bytes, bytes)) return id;
    }
    const id = this.columns.length;
    this.columns.push({ bytes: bytes.slice(), ...of });
    this.#byHash.set(hash, [...known, id]);
    return id;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Payload of a samples record: the number of samples (varint), the time that the first is measured from (f64), and for
 * each sample
 *   ref    minus the ref before it, zigzag varint (most often one byte: a sender's series follow one another)
 *   time   minus the time before it, zigzag varint (most often one byte: a batch has one time)
 *   value  a byte 0..3, and then 0: eight bytes as they are; 1, 2, 3: a zigzag varint of the value times 1, 1,000, 10^6,
 *          where dividing gives back the very double
 * No record needs another to be read, so a damaged one costs its own samples only.
 */
import type { SampleBatch } from '@jaegis/model';
import type { ByteReader } from '../byte-stream.ts';
import type { RecordWriter } from './record-writer.ts';

/** More samples than this go to a further record, so that damage costs little. */
const samplesPerRecord = 16_384;
/** Ref (6), time (8) and value (9), none longer. */
const maxSampleBytes = 24;
const limit = 2 ** 51;

/** Writes the samples of a batch that `skip` does not name; returns how many. */
export function writeSamples(out: RecordWriter, batch: SampleBatch, skip: (index: number) => boolean): number {
  let written = 0;
  for (let from = 0; from < batch.length; from += samplesPerRecord) {
    written += writeRecord(out, batch, { from, to: Math.min(from + samplesPerRecord, batch.length), skip });
  }
  return written;
}

interface Part {
  from: number;
  to: number;
  skip: (index: number) => boolean;
}

function writeRecord(out: RecordWriter, batch: SampleBatch, part: Part): number {
  const { refs, timestamps, values } = batch;
  const words = new Uint32Array(values.buffer, values.byteOffset, batch.length * 2);
  const start = out.length;
  out.begin('samples');
  // Room for the count, put in when it is known: three bytes hold it, padded.
  out.reserve(16 + (part.to - part.from) * maxSampleBytes);
  const countAt = out.length;
  out.length += 3;
  let count = 0;
  let ref = 0;
  let time = Math.floor(timestamps[part.from]!);
  if (!Number.isFinite(time)) time = 0;
  out.f64(time);
  const bytes = out.bytes;
  let at = out.length;
  for (let i = part.from; i < part.to; i++) {
    if (part.skip(i)) continue;
    count++;
    const ownRef = refs[i]!;
    const ownTime = Math.floor(timestamps[i]!);
    at = putZigzag(bytes, at, ownRef - ref);
    at = putZigzag(bytes, at, ownTime - time);
    ref = ownRef;
    time = ownTime;
    const value = values[i]!;
    const form = formOf(value);
    bytes[at++] = form;
    if (form === 0) {
      putWord(bytes, at, words[2 * i]!);
      putWord(bytes, at + 4, words[2 * i + 1]!);
      at += 8;
    } else {
      at = putZigzag(bytes, at, form === 1 ? value : Math.round(value * (form === 2 ? 1e3 : 1e6)));
    }
  }
  if (count === 0) {
    out.length = start;
    return 0;
  }
  out.length = at;
  bytes[countAt] = (count & 127) | 128;
  bytes[countAt + 1] = ((count >>> 7) & 127) | 128;
  bytes[countAt + 2] = count >>> 14;
  out.end();
  return count;
}

function formOf(value: number): number {
  if (value === (value | 0)) return value !== 0 || Object.is(value, 0) ? 1 : 0;
  // NaN, infinities and great numbers fail both comparisons.
  if (!(value < limit / 1e6 && value > -limit / 1e6)) return Number.isInteger(value) && Math.abs(value) < limit ? 1 : 0;
  if (Math.round(value * 1e3) / 1e3 === value) return value !== 0 ? 2 : 0;
  return Math.round(value * 1e6) / 1e6 === value ? 3 : 0;
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}

function putZigzag(bytes: Uint8Array, at: number, value: number): number {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  let next = at;
  while (rest >= 0x80000000) {
    bytes[next++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  let small = rest | 0;
  while (small >= 128) {
    bytes[next++] = (small & 127) | 128;
    small >>>= 7;
  }
  bytes[next++] = small;
  return next;
}

/** Grows, and is used again for each record. */
export interface SampleRoom {
  batch: { refs: Uint32Array; timestamps: Float64Array; values: Float64Array; length: number };
}

export function sampleRoom(): SampleRoom {
  return { batch: makeBatch(samplesPerRecord) };
}

function makeBatch(size: number): SampleRoom['batch'] {
  return { refs: new Uint32Array(size), timestamps: new Float64Array(size), values: new Float64Array(size), length: 0 };
}

/** Reads a samples record into `room.batch`. */
export function readSamples(payload: ByteReader, room: SampleRoom): void {
  const count = payload.varint();
  if (count > payload.end - payload.at) throw new RangeError('more samples than bytes');
  if (count > room.batch.refs.length) room.batch = makeBatch(count);
  const { refs, timestamps, values } = room.batch;
  const words = new Uint32Array(values.buffer);
  room.batch.length = 0;
  let ref = 0;
  let time = payload.f64();
  for (let i = 0; i < count; i++) {
    ref += getZigzag(payload);
    time += getZigzag(payload);
    refs[i] = ref;
    timestamps[i] = time;
    const form = payload.byte();
    if (form === 0) {
      words[2 * i] = getWord(payload);
      words[2 * i + 1] = getWord(payload);
    } else {
      const scaled = getZigzag(payload);
      values[i] = form === 1 ? scaled : scaled / (form === 2 ? 1e3 : 1e6);
    }
  }
  room.batch.length = count;
}

function getWord(payload: ByteReader): number {
  const { bytes, at } = payload;
  if (at + 4 > payload.end) throw new RangeError('the record ends too early');
  payload.at = at + 4;
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function getZigzag(payload: ByteReader): number {
  const { bytes, at } = payload;
  if (at + 4 <= payload.end) {
    // Nearly all are this short, and then 32-bit arithmetic does.
    let value = bytes[at]!;
    let next = at + 1;
    if (value > 127) {
      value = (value & 127) | (bytes[next++]! << 7);
      if (value > 16_383) {
        value = (value & 16_383) | (bytes[next++]! << 14);
        if (value > 2_097_151) value = (value & 2_097_151) | (bytes[next++]! << 21);
      }
    }
    if (value < 268_435_456) {
      payload.at = next;
      return (value >>> 1) ^ -(value & 1);
    }
  }
  return getLongZigzag(payload);
}

function getLongZigzag(payload: ByteReader): number {
  const value = payload.varint();
  const half = Math.floor(value / 2);
  return half * 2 === value ? half : -half - 1;
}

/**
 * A record of the spool: one batch of samples as it was acknowledged. A segment file is records and nothing else; each
 * segment names its series anew, so that any of them can be read, or thrown away, alone.
 *
 *   uint32   length of the payload, little-endian
 *   uint32   CRC-32C of the payload
 *   payload  varint number of series never named in this segment before; each: varint number of labels, then name and
 *            value of each (varint length, UTF-8). Series are numbered in the order in which they are named, from 0.
 *            varint number of samples; each: zigzag difference of the series' number to that before, zigzag difference of
 *            the time in milliseconds to that before, float64 value. About 10 bytes a sample.
 *
 * A torn or flipped record ends the reading of its segment: what follows it cannot be trusted to name its series right.
 */
import type { Labels } from '@jaegis/model';
import { crc32c } from '@jaegis/tsdb';
import type { ByteWriter } from './byte-writer.ts';

export const headerBytes = 8;
/** Larger than any batch; a length beyond it is damage. */
export const maxPayloadBytes = 64 * 2 ** 20;

export interface SpooledSamples {
  /** Numbers of series within their segment. */
  readonly series: Uint32Array;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly length: number;
}

/** Writes a record behind what `out` holds already; gives the bytes that the names of series took. */
export function writeRecord(out: ByteWriter, newSeries: readonly Labels[], samples: SpooledSamples): number {
  const start = out.length;
  out.skip(headerBytes);
  writeNames(out, newSeries);
  const nameBytes = out.length - start - headerBytes;
  writeSamples(out, samples);
  out.uint32At(start, out.length - start - headerBytes);
  out.uint32At(start + 4, crc32c(out.view(), start + headerBytes));
  return nameBytes;
}

function writeNames(out: ByteWriter, newSeries: readonly Labels[]): void {
  out.varint(newSeries.length);
  for (const labels of newSeries) {
    const entries = Object.entries(labels);
    out.varint(entries.length);
    for (const [name, value] of entries) {
      out.text(name);
      out.text(value);
    }
  }
}

function writeSamples(out: ByteWriter, samples: SpooledSamples): void {
  out.varint(samples.length);
  let number = 0;
  let time = 0;
  for (let i = 0; i < samples.length; i++) {
    const at = Math.round(samples.timestamps[i]!);
    out.zigzag(samples.series[i]! - number);
    out.zigzag(at - time);
    out.double(samples.values[i]!);
    number = samples.series[i]!;
    time = at;
  }
}

/** The payload's length, or `undefined` when the header is none. */
export function payloadLength(header: Uint8Array): number | undefined {
  const length = new DataView(header.buffer, header.byteOffset, header.byteLength).getUint32(0, true);
  return length > 0 && length <= maxPayloadBytes ? length : undefined;
}

/** What a record holds, and the series that it names for the first time; `undefined` when it is damaged. */
export function readRecord(
  header: Uint8Array,
  payload: Uint8Array,
): { readonly newSeries: Labels[]; readonly samples: SpooledSamples } | undefined {
  const wanted = new DataView(header.buffer, header.byteOffset, header.byteLength).getUint32(4, true);
  if (crc32c(payload) !== wanted) return undefined;
  const reader = new PayloadReader(payload);
  const newSeries: Labels[] = [];
  for (let count = reader.varint(); count > 0; count--) {
    const labels: Record<string, string> = {};
    for (let rest = reader.varint(); rest > 0; rest--) {
      const name = reader.text();
      labels[name] = reader.text();
    }
    newSeries.push(labels);
  }
  const length = reader.varint();
  const samples = {
    series: new Uint32Array(length),
    timestamps: new Float64Array(length),
    values: new Float64Array(length),
    length,
  };
  let number = 0;
  let time = 0;
  for (let i = 0; i < length; i++) {
    number += reader.zigzag();
    time += reader.zigzag();
    samples.series[i] = number;
    samples.timestamps[i] = time;
    samples.values[i] = reader.double();
  }
  return { newSeries, samples };
}

/** Its bytes have passed their checksum: they are what we wrote. */
class PayloadReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  text(): string {
    const length = this.varint();
    const text = decoder.decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return text;
  }

  double(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }
}

const decoder = new TextDecoder();

/**
 * A frame: some logs or spans that arrived together. All of it that a search needs to pass over it comes first.
 *
 *   byte  0..1   0xFF 0x54: marks a frame (0xFF never occurs in the JSON, which is UTF-8)
 *         2      1 logs, 2 spans
 *         3..6   length of the payload, little-endian
 *         7..10  CRC-32C of bytes 11.. to the end of the payload, little-endian
 *         11..26 earliest and latest time of its records, two float64, little-endian
 *         27..58 a Bloom filter of 256 bits over instance ids, pools and trace ids
 *         59..   payload: one JSON document a line
 *
 * A torn, cut or flipped frame fails its checksum and costs itself only: reading goes on at the next whole one.
 */
import { crc32c } from '@jaegis/tsdb';

export type FrameKind = 'logs' | 'spans';

const headerBytes = 59;
const bloomAt = 27;
const bloomBytes = 32;
const maxPayload = 16 * 2 ** 20;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface FrameRecord {
  readonly at: number;
  readonly keys: readonly string[];
  readonly json: string;
}

export function encodeFrame(kind: FrameKind, records: readonly FrameRecord[]): Uint8Array {
  const payload = encoder.encode(records.map((record) => record.json).join('\n'));
  const bytes = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(bytes.buffer);
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const record of records) {
    from = Math.min(from, record.at);
    to = Math.max(to, record.at);
    for (const key of record.keys) for (const bit of bloomBits(key)) bytes[bloomAt + (bit >>> 3)]! |= 1 << (bit & 7);
  }
  bytes[0] = 0xff;
  bytes[1] = 0x54;
  bytes[2] = kind === 'logs' ? 1 : 2;
  view.setUint32(3, payload.length, true);
  view.setFloat64(11, from, true);
  view.setFloat64(19, to, true);
  bytes.set(payload, headerBytes);
  view.setUint32(7, crc32c(bytes, 11), true);
  return bytes;
}

export interface Frame {
  readonly kind: FrameKind;
  readonly from: number;
  readonly to: number;
  /** False when no record in it has the key; true when one may. */
  mayHold(key: string): boolean;
  /** The records; `undefined` when the frame is damaged after all. */
  records(): unknown[] | undefined;
}

/** All frames of a file, oldest first. Only where something is wrong are checksums compared before `records` is called. */
export function readFrames(bytes: Uint8Array): { frames: Frame[]; damaged: number } {
  const frames: Frame[] = [];
  let damaged = 0;
  let at = 0;
  while (at < bytes.length) {
    const end = frameEnd(bytes, at);
    // The next frame must begin where this one ends; when it does not, the checksum tells which of them is wrong.
    if (end !== -1 && (end === bytes.length || isMarked(bytes, end) || isWhole(bytes, at, end))) {
      frames.push(frameAt(bytes, at, end));
      at = end;
      continue;
    }
    damaged++;
    at = nextWhole(bytes, at + 1);
  }
  return { frames, damaged };
}

function nextWhole(bytes: Uint8Array, from: number): number {
  for (let at = from; ; at++) {
    at = bytes.indexOf(0xff, at);
    if (at === -1) return bytes.length;
    const end = frameEnd(bytes, at);
    if (end !== -1 && isWhole(bytes, at, end)) return at;
  }
}

function isMarked(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && bytes[at + 1] === 0x54;
}

function frameEnd(bytes: Uint8Array, at: number): number {
  if (!isMarked(bytes, at) || at + headerBytes > bytes.length) return -1;
  const kind = bytes[at + 2]!;
  const length = viewOf(bytes).getUint32(at + 3, true);
  const end = at + headerBytes + length;
  return (kind === 1 || kind === 2) && length <= maxPayload && end <= bytes.length ? end : -1;
}

function isWhole(bytes: Uint8Array, at: number, end: number): boolean {
  return viewOf(bytes).getUint32(at + 7, true) === crc32c(bytes, at + 11, end);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function frameAt(bytes: Uint8Array, at: number, end: number): Frame {
  const view = viewOf(bytes);
  return {
    kind: bytes[at + 2] === 1 ? 'logs' : 'spans',
    from: view.getFloat64(at + 11, true),
    to: view.getFloat64(at + 19, true),
    mayHold: (key) => bloomBits(key).every((bit) => ((bytes[at + bloomAt + (bit >>> 3)]! >>> (bit & 7)) & 1) === 1),
    records() {
      if (!isWhole(bytes, at, end)) return undefined;
      const text = decoder.decode(bytes.subarray(at + headerBytes, end));
      return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as unknown);
    },
  };
}

/** Three bits of 256 from one FNV-1a hash. */
function bloomBits(key: string): [number, number, number] {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  const limit = bloomBytes * 8 - 1;
  return [hash & limit, (hash >>> 8) & limit, (hash >>> 16) & limit];
}

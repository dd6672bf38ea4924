/**
 * What a series watch has learned, as bytes: a head, then parts of a few thousand rows, each checked by itself, so that they are
 * written and read one at a time and damage costs one part.
 *
 * Head (16 bytes): magic "JGSW" (u32), version (u32), when it was written (f64, epoch milliseconds).
 * Part: magic "JGSP" (u32), rows n (u32), bytes of the detector m (u32), FNV-1a of the next three columns (u32); then key f64 x n
 * (series-key.ts; 0: not in use), newest sample f64 x n (epoch milliseconds), last value f64 x n; then m bytes of the detector's
 * snapshot of these rows, which checks itself (row-columns.ts). Numbers of heads are big endian, columns as they lie in memory.
 */
import { fnv1a } from './row-columns.ts';

const version = 1;
const headMagic = 0x4a475357;
const partMagic = 0x4a475350;
const headBytes = 16;
const partHeadBytes = 16;
const columnBytes = 8;
const columns = 3;
const mostRows = 65_536;
const mostBytesPerRow = 4_096;

export interface WatchPart {
  /** By row; 0 where it is not in use. */
  readonly keys: Float64Array;
  /** Epoch milliseconds of the newest sample. */
  readonly lastAt: Float64Array;
  readonly lastValue: Float64Array;
  readonly detector: Uint8Array;
}

export function encodeHead(writtenAt: number): Uint8Array {
  const bytes = new Uint8Array(headBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, headMagic);
  view.setUint32(4, version);
  view.setFloat64(8, writtenAt);
  return bytes;
}

export function encodePart({ keys, lastAt, lastValue, detector }: WatchPart): Uint8Array {
  const rows = keys.length;
  const bytes = new Uint8Array(partHeadBytes + columns * columnBytes * rows + detector.length);
  const end = partHeadBytes + columns * columnBytes * rows;
  [keys, lastAt, lastValue].forEach((column, i) => {
    const raw = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
    bytes.set(raw, partHeadBytes + i * columnBytes * rows);
  });
  bytes.set(detector, end);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, partMagic);
  view.setUint32(4, rows);
  view.setUint32(8, detector.length);
  view.setUint32(12, fnv1a(bytes.subarray(partHeadBytes, end)));
  return bytes;
}

/** One part, or what is wrong with it, in words. */
export type ReadPart = { readonly part: WatchPart } | { readonly damage: string };

/**
 * The parts of a snapshot of `size` bytes, one at a time; `read` gives `length` bytes from `offset` on. After a damaged part
 * reading goes on with the next where its place is known.
 */
export function* readParts(read: (offset: number, length: number) => Uint8Array, size: number): Generator<ReadPart> {
  if (size < headBytes) return yield { damage: `it has ${size} bytes, must have ${headBytes} at least` };
  const head = viewOf(read(0, headBytes));
  if (head.getUint32(0) !== headMagic) return yield { damage: 'it does not begin as such a file must' };
  if (head.getUint32(4) !== version) return yield { damage: `its version is ${head.getUint32(4)}, must be ${version}` };
  for (let offset = headBytes; offset < size; ) {
    if (size - offset < partHeadBytes) return yield { damage: `it ends in the head of a part at byte ${offset}` };
    const part = viewOf(read(offset, partHeadBytes));
    const rows = part.getUint32(4);
    const detectorBytes = part.getUint32(8);
    const isPlausible = rows <= mostRows && detectorBytes <= rows * mostBytesPerRow + mostBytesPerRow;
    if (part.getUint32(0) !== partMagic || !isPlausible)
      return yield { damage: `no part begins at byte ${offset}, where one must` };
    const end = partHeadBytes + columns * columnBytes * rows;
    if (offset + end + detectorBytes > size) return yield { damage: `it ends within the part at byte ${offset}` };
    const own = read(offset + partHeadBytes, end - partHeadBytes);
    if (fnv1a(own) === part.getUint32(12)) {
      // A copy lies at the beginning of its memory, as columns of eight bytes must.
      const { buffer } = new Uint8Array(own);
      const column = (i: number) => new Float64Array(buffer, i * columnBytes * rows, rows);
      yield {
        part: {
          keys: column(0),
          lastAt: column(1),
          lastValue: column(2),
          detector: read(offset + end, detectorBytes),
        },
      };
    } else yield { damage: `the part at byte ${offset} has another checksum than it says` };
    offset += end + detectorBytes;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

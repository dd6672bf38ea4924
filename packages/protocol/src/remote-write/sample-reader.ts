import { staleMarker } from '@jaegis/model';
import type { WireReader } from '../wire/wire-reader.ts';

/** One `Sample` as read; reused. Both versions of remote write have the same. */
export interface SamplePoint {
  /** Epoch milliseconds. */
  at: number;
  value: number;
}

/**
 * Reads the `Sample` between the reader's position and `end`. The usual form, value and then a time of today (six bytes
 * of varint), is read in one go; any other through the reader. A stale marker stays one.
 */
export function readSample(reader: WireReader, end: number, point: SamplePoint): void {
  const { bytes, view, pos } = reader;
  if (
    end - pos === 16 &&
    bytes[pos] === 0x09 &&
    bytes[pos + 9] === 0x10 &&
    bytes[pos + 15]! < 0x80 &&
    (view.getInt32(pos + 10, true) & 0x80808080) === (0x80808080 | 0) &&
    bytes[pos + 14]! >= 0x80
  ) {
    const low =
      (bytes[pos + 10]! & 127) |
      ((bytes[pos + 11]! & 127) << 7) |
      ((bytes[pos + 12]! & 127) << 14) |
      ((bytes[pos + 13]! & 127) << 21);
    point.at = low + ((bytes[pos + 14]! & 127) | (bytes[pos + 15]! << 7)) * 0x10000000;
    point.value = doubleAt(view, pos + 1);
    reader.pos = end;
    return;
  }
  let at = 0;
  let value = 0;
  reader.end = end;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x09) {
      const from = reader.pos;
      reader.skip(tag);
      value = doubleAt(view, from);
    } else if (tag === 0x10) at = reader.int();
    else reader.skip(tag);
  }
  point.at = at;
  point.value = value;
}

/** A double that keeps what kind of NaN it is: an engine may make all of them one. */
export function doubleAt(view: DataView, pos: number): number {
  const value = view.getFloat64(pos, true);
  if (!Number.isNaN(value)) return value;
  const isStale = view.getUint32(pos, true) === 2 && view.getUint32(pos + 4, true) === 0x7ff00000;
  return isStale ? staleMarker : Number.NaN;
}

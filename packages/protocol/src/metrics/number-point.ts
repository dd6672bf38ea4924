import { epochMs } from '../wire/epoch.ts';
import { WireError, type WireReader } from '../wire/wire-reader.ts';

/** One `NumberDataPoint` as read; reused. */
export interface NumberPoint {
  /** Epoch milliseconds. */
  at: number;
  value: number;
  hasValue: boolean;
  isMissing: boolean;
  /** Where its attribute fields are, from the first tag to the end of the last; both 0 without attributes. */
  attributesStart: number;
  attributesEnd: number;
  /** Other fields stand between the attributes. */
  isScattered: boolean;
  /** Where its exemplars begin, behind the first one's tag; 0 without any. */
  exemplarsAt: number;
}

export function newNumberPoint(): NumberPoint {
  return {
    at: 0,
    value: 0,
    hasValue: false,
    isMissing: false,
    attributesStart: 0,
    attributesEnd: 0,
    isScattered: false,
    exemplarsAt: 0,
  };
}

/**
 * Reads the point between the reader's position and `end`. The innermost loop of ingest: the position is a local, and the
 * fields that every point has are read here instead of through the reader.
 */
export function readNumberPoint(reader: WireReader, end: number, point: NumberPoint): void {
  const { bytes, view } = reader;
  let { pos } = reader;
  let attributesStart = 0;
  let attributesEnd = 0;
  let isScattered = false;
  let at = 0;
  let value = 0;
  let hasValue = false;
  let isMissing = false;
  let exemplarsAt = 0;
  reader.end = end;
  while (pos < end) {
    const tag = bytes[pos]!;
    if (tag === 0x3a) {
      if (attributesEnd === 0) attributesStart = pos;
      else if (pos !== attributesEnd) isScattered = true;
      const length = pos + 1 < end ? bytes[pos + 1]! : 0x80;
      if (length < 0x80) pos += 2 + length;
      else {
        reader.pos = pos + 1;
        pos = reader.limit();
      }
      if (pos > end) throw new WireError('an attribute is cut off');
      attributesEnd = pos;
    } else if (tag === 0x11 || tag === 0x19 || tag === 0x21 || tag === 0x31) {
      const position = pos + 1;
      pos += 9;
      if (pos > end) throw new WireError('a data point is cut off');
      if (tag === 0x19) at = epochMs(view.getUint32(position + 4, true), view.getUint32(position, true));
      else if (tag !== 0x11) {
        hasValue = true;
        value =
          tag === 0x21
            ? view.getFloat64(position, true)
            : view.getInt32(position + 4, true) * 4294967296 + view.getUint32(position, true);
      }
    } else {
      reader.pos = pos;
      const other = reader.tag();
      if (other === 0x2a && exemplarsAt === 0) exemplarsAt = reader.pos;
      if (other === 0x40) isMissing = reader.varint() % 2 === 1;
      else reader.skip(other);
      pos = reader.pos;
    }
  }
  point.at = at;
  point.value = value;
  point.hasValue = hasValue;
  point.isMissing = isMissing;
  point.attributesStart = attributesStart;
  point.attributesEnd = attributesEnd;
  point.isScattered = isScattered;
  point.exemplarsAt = exemplarsAt;
}

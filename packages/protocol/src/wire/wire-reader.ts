/** What a decoder throws to itself when the bytes are not what they claim to be; the decoder's door turns it into a result. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** Protobuf wire types that OTLP uses. Groups (3, 4) are refused: nobody sends them, and they are the only recursive ones. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Reads the protobuf wire format over one buffer, without copying. Every read is checked against `end`, the end of the
 * message being read; a reader never moves backwards by itself, so any input is finished after at most its own length.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  pos = 0;
  end: number;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  /** Goes to the message between two positions. */
  enter(start: number, end: number): void {
    this.pos = start;
    this.end = end;
  }

  /** The next tag (field << 3 | wire type), or 0 at the end of the message. */
  tag(): number {
    if (this.pos >= this.end) return 0;
    const first = this.bytes[this.pos]!;
    if (first < 0x80) {
      if (first < 8) throw new WireError('a field number is 0, must be at least 1');
      this.pos++;
      return first;
    }
    const tag = this.varint();
    if (tag < 8 || tag > 0xffffffff) throw new WireError('a field number is out of range');
    return tag;
  }

  /** An unsigned varint as a number, exact to 2^53; the bits above are kept as far as a double can hold them. */
  varint(): number {
    const low = this.#varintLow();
    return this.#high === 0 ? low : this.#high * 4294967296 + low;
  }

  /** A varint that holds a signed 64-bit integer in two's complement (`int64`, `int32`, enums). Exact within 2^53. */
  int(): number {
    const low = this.#varintLow();
    return (this.#high | 0) * 4294967296 + low;
  }

  /** A `sint32`. Bits beyond the 32nd are dropped, as protobuf does. */
  zigzag(): number {
    const low = this.#varintLow();
    return (low >>> 1) ^ -(low & 1);
  }

  /** A `sint64`, exact within 2^53. */
  zigzag64(): number {
    const low = this.#varintLow();
    const half = this.#high * 2147483648 + (low >>> 1);
    return (low & 1) === 0 ? half : -half - 1;
  }

  /** Reads a varint: returns its lower half and leaves its upper half in `#high`, both unsigned. */
  #varintLow(): number {
    const { bytes, end } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= end) throw new WireError('a number is cut off');
      const byte = bytes[this.pos++]!;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else if (shift === 28) {
        low |= (byte & 0x0f) << 28;
        high = (byte & 0x7f) >>> 4;
      } else if (shift < 63) high |= (byte & 0x7f) << (shift - 32);
      else high |= (byte & 1) << 31;
      if (byte < 0x80) {
        this.#high = high >>> 0;
        return low >>> 0;
      }
    }
    throw new WireError('a number is longer than 10 bytes');
  }

  /** A small unsigned varint; anything beyond 32 bits is cut to 2^32 - 1 so that it fails every later range check. */
  uint32(): number {
    return Math.min(this.varint(), 0xffffffff);
  }

  double(): number {
    if (this.pos + 8 > this.end) throw new WireError('a double is cut off');
    const value = this.view.getFloat64(this.pos, true);
    this.pos += 8;
    return value;
  }

  /** A `fixed64` as a number, exact to 2^53. */
  fixed64(): number {
    if (this.pos + 8 > this.end) throw new WireError('a fixed64 is cut off');
    const value = this.view.getUint32(this.pos + 4, true) * 4294967296 + this.view.getUint32(this.pos, true);
    this.pos += 8;
    return value;
  }

  /** Reads the length of a length-delimited field and returns where it ends; `pos` is then where it starts. */
  limit(): number {
    let length = this.pos < this.end ? this.bytes[this.pos]! : 0x80;
    if (length < 0x80) this.pos++;
    else length = this.varint();
    const limit = this.pos + length;
    if (limit > this.end) throw new WireError(`a field of ${length} bytes is cut off`);
    return limit;
  }

  /** Passes over the value that belongs to `tag`. */
  skip(tag: number): void {
    switch (tag & 7) {
      case wireType.varint:
        this.varint();
        return;
      case wireType.fixed64:
        this.pos += 8;
        break;
      case wireType.bytes:
        this.pos = this.limit();
        return;
      case wireType.fixed32:
        this.pos += 4;
        break;
      default:
        throw new WireError(`wire type is ${tag & 7}, must be 0, 1, 2 or 5`);
    }
    if (this.pos > this.end) throw new WireError('a fixed-width field is cut off');
  }
}

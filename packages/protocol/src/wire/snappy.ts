/**
 * Snappy's block format (google/snappy, format_description.txt): the length of the output as a varint, then literals and
 * copies of what was written before. Written by hand because the output goes into one buffer that is used again for
 * every request, four bytes at a step: nothing is allocated, and the bytes are still in the cache when they are decoded.
 * Whatever the input, no more than its declared length is written, and that is checked first.
 */
export type Unpacked =
  /** A view that is good until the next call. */
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly fault: 'malformed' | 'too_large'; readonly error: string };

/** Copies run over the end by less than this. */
const slack = 8;
/** A larger output buffer is not kept. */
const keptBytes = 2 ** 22;
/** From here on the engine's own copying beats a loop. */
const longLiteral = 64;

export class SnappyReader {
  #out = new Uint8Array(2 ** 16);
  #view = new DataView(this.#out.buffer);

  /** Unpacks a block of at most `limitBytes` (unpacked). */
  read(source: Uint8Array, limitBytes: number): Unpacked {
    let size = 0;
    let pos = 0;
    for (let scale = 1; ; scale *= 128) {
      if (pos >= source.length || pos === 5) return malformed('its length is missing');
      const byte = source[pos++]!;
      size += (byte & 127) * scale;
      if (byte < 128) break;
    }
    if (size > limitBytes) {
      const error = `the body is too large, must be at most ${limitBytes} bytes`;
      return { ok: false, fault: 'too_large', error };
    }
    if (size + slack > this.#out.length || (this.#out.length > keptBytes && size < keptBytes / 2)) this.#resize(size);
    return this.#copyAll(source, pos, size)
      ? { ok: true, bytes: this.#out.subarray(0, size) }
      : malformed('it is cut off or damaged');
  }

  #resize(size: number): void {
    this.#out = new Uint8Array(Math.max(2 ** 16, 2 ** Math.ceil(Math.log2(size + slack))));
    this.#view = new DataView(this.#out.buffer);
  }

  #copyAll(source: Uint8Array, start: number, size: number): boolean {
    const out = this.#out;
    const view = this.#view;
    const from = new DataView(source.buffer, source.byteOffset, source.byteLength);
    const end = source.length;
    let pos = start;
    let at = 0;
    while (pos < end) {
      const tag = source[pos++]!;
      let length: number;
      let offset: number;
      if ((tag & 3) === 0) {
        length = (tag >>> 2) + 1;
        if (length > 60) {
          const extra = length - 60;
          if (pos + extra > end) return false;
          length = 1;
          for (let i = 0; i < extra; i++) length += source[pos++]! * 2 ** (8 * i);
        }
        if (length > end - pos || length > size - at) return false;
        if (length > longLiteral) out.set(source.subarray(pos, pos + length), at);
        else if (pos + length + 3 <= end) {
          for (let i = 0; i < length; i += 4) view.setInt32(at + i, from.getInt32(pos + i, true), true);
        } else for (let i = 0; i < length; i++) out[at + i] = source[pos + i]!;
        pos += length;
        at += length;
        continue;
      }
      if ((tag & 3) === 1) {
        if (pos >= end) return false;
        length = ((tag >>> 2) & 7) + 4;
        offset = ((tag & 0xe0) << 3) | source[pos++]!;
      } else if ((tag & 3) === 2) {
        if (pos + 2 > end) return false;
        length = (tag >>> 2) + 1;
        offset = source[pos]! | (source[pos + 1]! << 8);
        pos += 2;
      } else {
        if (pos + 4 > end) return false;
        length = (tag >>> 2) + 1;
        offset = from.getUint32(pos, true);
        pos += 4;
      }
      if (offset === 0 || offset > at || length > size - at) return false;
      const back = at - offset;
      if (offset >= 4) {
        for (let i = 0; i < length; i += 4) view.setInt32(at + i, view.getInt32(back + i, true), true);
      } else for (let i = 0; i < length; i++) out[at + i] = out[back + i]!;
      at += length;
    }
    return at === size;
  }
}

function malformed(what: string): Unpacked {
  return { ok: false, fault: 'malformed', error: `the body is not a snappy block: ${what}` };
}

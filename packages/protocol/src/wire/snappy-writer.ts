/**
 * Packs bytes as a snappy block (see snappy.ts for the format): one greedy walk with a table of where each group of four
 * bytes was last seen, in blocks of 64 KiB, as the reference does. Tries fewer places the longer it finds nothing.
 */
const blockBytes = 2 ** 16;
const tableBits = 14;
/** Up to here a loop is faster than a view and a copy. */
const shortLiteral = 48;
/** Not thread-safe by design: a call never waits. */
const table = new Uint16Array(2 ** tableBits);

/** The block; at most a sixth longer than `bytes`. */
export function packSnappy(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(32 + bytes.length + Math.floor(bytes.length / 6));
  let at = 0;
  let rest = bytes.length;
  for (; rest > 127; rest = Math.floor(rest / 128)) out[at++] = (rest % 128) | 128;
  out[at++] = rest;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let from = 0; from < bytes.length; from += blockBytes)
    at = packBlock({ bytes, view, from, to: Math.min(from + blockBytes, bytes.length) }, out, at);
  return out.slice(0, at);
}

interface Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly from: number;
  readonly to: number;
}

function packBlock(block: Block, out: Uint8Array, start: number): number {
  const { bytes, view, from, to } = block;
  let at = start;
  let literal = from;
  table.fill(0);
  let misses = 32;
  for (let pos = from + 1; pos + 8 <= to; ) {
    const word = view.getInt32(pos, true);
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - tableBits);
    const candidate = from + table[slot]!;
    table[slot] = pos - from;
    if (candidate >= pos || view.getInt32(candidate, true) !== word) {
      pos += misses++ >>> 5;
      continue;
    }
    misses = 32;
    let length = 4;
    // Four bytes at a time while they are there and the same.
    while (pos + length + 4 <= to && view.getInt32(candidate + length, true) === view.getInt32(pos + length, true))
      length += 4;
    while (pos + length < to && bytes[candidate + length] === bytes[pos + length]) length++;
    at = putSnappyLiteral(bytes, { from: literal, to: pos }, out, at);
    at = putSnappyCopy(pos - candidate, length, out, at);
    pos += length;
    literal = pos;
  }
  return putSnappyLiteral(bytes, { from: literal, to }, out, at);
}

/** Puts bytes as they are; gives where what comes next begins. */
export function putSnappyLiteral(
  bytes: Uint8Array,
  range: { from: number; to: number },
  out: Uint8Array,
  start: number,
): number {
  const length = range.to - range.from;
  if (length === 0) return start;
  let at = start;
  const last = length - 1;
  if (last < 60) out[at++] = last << 2;
  else if (last < 256) {
    out[at++] = 60 << 2;
    out[at++] = last;
  } else {
    out[at++] = 61 << 2;
    out[at++] = last & 255;
    out[at++] = last >>> 8;
  }
  if (length > shortLiteral) out.set(bytes.subarray(range.from, range.to), at);
  else for (let i = 0; i < length; i++) out[at + i] = bytes[range.from + i]!;
  return at + length;
}

/**
 * Puts a reference to `total` bytes (four at least) that stand `offset` bytes (below 64 Ki) before, in copies of 64 at most of
 * which none is shorter than four.
 */
export function putSnappyCopy(offset: number, total: number, out: Uint8Array, start: number): number {
  let at = start;
  let length = total;
  while (length > 0) {
    const part = length >= 68 ? 64 : length > 64 ? 60 : length;
    if (part < 12 && part >= 4 && offset < 2_048) {
      out[at++] = 1 | ((part - 4) << 2) | ((offset >>> 8) << 5);
      out[at++] = offset & 255;
    } else {
      out[at++] = 2 | ((part - 1) << 2);
      out[at++] = offset & 255;
      out[at++] = offset >>> 8;
    }
    length -= part;
  }
  return at;
}

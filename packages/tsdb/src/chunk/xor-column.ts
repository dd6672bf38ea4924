/**
 * Any doubles, bit for bit (NaN payloads included): each is XORed with the one before it, and only the bits between the
 * leading and the trailing zeros are written. Pelkonen et al., "Gorilla" (VLDB 2015).
 *
 * Bits: the first value (64); then for each: `0` same as before; `10` the significant bits, in the window of the
 * last one; `11` leading zeros (5, capped at 31), significant bits - 1 (6), and those bits.
 * Bad at: decimals that change (nearly every mantissa bit differs), which is what the decimal form is for.
 */
import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';

/** `words` are the values as pairs of 32-bit words, low word first, as a Uint32Array over a Float64Array has them. */
export function writeXor(out: BitWriter, words: Uint32Array, count: number): void {
  let low = words[0]!;
  let high = words[1]!;
  out.write(high, 32);
  out.write(low, 32);
  let lead = 32;
  let trail = 0;
  for (let i = 1; i < count; i++) {
    const xorLow = (words[2 * i]! ^ low) >>> 0;
    const xorHigh = (words[2 * i + 1]! ^ high) >>> 0;
    low = words[2 * i]!;
    high = words[2 * i + 1]!;
    if (xorLow === 0 && xorHigh === 0) {
      out.write(0, 1);
      continue;
    }
    const ownLead = Math.min(31, xorHigh !== 0 ? Math.clz32(xorHigh) : 32 + Math.clz32(xorLow));
    const ownTrail = xorLow !== 0 ? trailingZeros(xorLow) : 32 + trailingZeros(xorHigh);
    // The old window is kept while it costs no more than announcing a new one.
    if (lead < 32 && ownLead >= lead && ownTrail >= trail && 64 - lead - trail <= 64 - ownLead - ownTrail + 11) {
      out.write(2, 2);
    } else {
      lead = ownLead;
      trail = ownTrail;
      out.write(3, 2);
      out.write(lead, 5);
      out.write(63 - lead - trail, 6);
    }
    writeWindow(out, { high: xorHigh, low: xorLow, trail, size: 64 - lead - trail });
  }
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function writeWindow(out: BitWriter, window: { high: number; low: number; trail: number; size: number }): void {
  const { high, low, trail, size } = window;
  const shiftedLow = trail >= 32 ? high >>> (trail - 32) : trail === 0 ? low : (low >>> trail) | (high << (32 - trail));
  if (size <= 32) {
    out.write(shiftedLow, size);
    return;
  }
  out.write(high >>> trail, size - 32);
  out.write(shiftedLow, 32);
}

/** Reads `count` values into `words[2 * from ...]`. */
export function readXor(input: BitReader, count: number, words: Uint32Array, from: number): void {
  let high = input.read(32);
  let low = input.read(32);
  words[2 * from] = low;
  words[2 * from + 1] = high;
  let size = 64;
  let trail = 0;
  for (let i = 1; i < count; i++) {
    if (input.read(1) === 1) {
      if (input.read(1) === 1) {
        const lead = input.read(5);
        size = Math.min(input.read(6) + 1, 64 - lead);
        trail = 64 - lead - size;
      }
      const top = size > 32 ? input.read(size - 32) : 0;
      const bottom = input.read(Math.min(size, 32));
      if (trail === 0) {
        low ^= bottom;
        high ^= top;
      } else if (trail >= 32) {
        high ^= bottom << (trail - 32);
      } else {
        low ^= bottom << trail;
        high ^= (bottom >>> (32 - trail)) | (top << trail);
      }
    }
    words[2 * (from + i)] = low;
    words[2 * (from + i) + 1] = high;
  }
}

/**
 * What names a series beyond a restart: 53 bits of its labels, as a number. Two lanes of 32 bits take each character (multiply
 * and rotate, in the manner of MurmurHash3), and are mixed at the end. Of 500,000 series two share a key with a chance of
 * 1e-5; then one of them learns anew.
 */
import { formatLabels, type Labels } from '@jaegis/model';

const laneBits = 2 ** 32;
const upperMask = 0x1f_ffff;

/** At least 1: 0 means "no key". */
export function seriesKey(labels: Labels): number {
  const text = formatLabels(labels);
  let a = 0x243f6a88 ^ text.length;
  let b = 0x13198a2e;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = rotated(Math.imul(a ^ unit, 0x9e3779b1), 13);
    b = rotated(Math.imul(b + unit, 0x85ebca6b) ^ a, 17);
  }
  a = mixed(a ^ (b >>> 7));
  b = mixed(b ^ a);
  return Math.max(1, (b & upperMask) * laneBits + (a >>> 0));
}

function rotated(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function mixed(x: number): number {
  const once = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  const twice = Math.imul(once ^ (once >>> 15), 0x846ca68b);
  return twice ^ (twice >>> 16);
}

/**
 * Many gauges are decimals of few digits (3.142) and many counters whole numbers. Times 10^e they are integers, and
 * integers code far better than the bits of a double. The way back, m / 10^e, is correctly rounded by IEEE 754, so it
 * gives the very double that was there; each value is checked, and one that fails makes the whole column use XOR.
 * Whole numbers that share a power of two (pages, blocks of memory) are divided by it.
 */
import { integerLimit } from './integer-column.ts';

const powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000] as const;
/** The most decimal places that are tried. */
export const maxExponent = powers.length - 1;

export interface DecimalScale {
  /** Decimal places, 0..8. */
  exponent: number;
  /** Power of two, 0..31; only where `exponent` is 0. */
  shift: number;
}

/** Writes the scaled integers of `values` to `out` and their scale to `scale`; false when some value has no such form. */
export function toIntegers(
  values: Float64Array,
  count: number,
  into: { out: Float64Array; scale: DecimalScale },
): boolean {
  let exponent = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    while (!isDecimal(value, powers[exponent]!)) {
      if (++exponent > maxExponent) return false;
    }
  }
  const power = powers[exponent]!;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    const scaled = Math.round(values[i]! * power);
    // Checked again: a value that passed with fewer places must pass with these.
    if (scaled / power !== values[i]!) return false;
    into.out[i] = scaled;
    bits |= scaled | 0;
  }
  // `| 0` keeps the low 32 bits of an integer of any size below 2^53.
  const shift = exponent === 0 && bits !== 0 ? 31 - Math.clz32(bits & -bits) : 0;
  if (shift > 0) for (let i = 0; i < count; i++) into.out[i] = into.out[i]! / 2 ** shift;
  into.scale.exponent = exponent;
  into.scale.shift = shift;
  return true;
}

function isDecimal(value: number, power: number): boolean {
  const scaled = Math.round(value * power);
  // NaN and infinities fail the comparisons; -0 would come back as 0.
  return scaled / power === value && scaled <= integerLimit && scaled >= -integerLimit && !Object.is(value, -0);
}

/** The way back, in place. */
export function fromIntegers(values: Float64Array, range: { from: number; to: number }, scale: DecimalScale): void {
  const power = powers[scale.exponent] ?? 1;
  if (power !== 1) for (let i = range.from; i < range.to; i++) values[i] = values[i]! / power;
  else if (scale.shift > 0) for (let i = range.from; i < range.to; i++) values[i] = values[i]! * 2 ** scale.shift;
}

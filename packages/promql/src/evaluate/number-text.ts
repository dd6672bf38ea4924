/**
 * A number as `formatNumber` writes it, straight into bytes and mostly without making a string: whole numbers by their digits,
 * two at a time, and decimals of up to six places, x = r / 10^6 with |r| < 10^15, by those of r. Fifteen digits or fewer tell
 * a double from all others, so no shorter text would give the same, once the zeros at the end are gone.
 */
import { formatNumber } from './format-number.ts';

/** No text of a number has more bytes. */
export const longestNumber = 32;

const places = 1_000_000;
const exactLimit = 1e15;
const half = 1e9;
const zero = 48;
const minus = 45;
const point = 46;
/** The two digits of each number below 100. */
const pairs = Uint8Array.from({ length: 200 }, (_, i) => zero + (i % 2 === 0 ? Math.floor(i / 20) : (i >> 1) % 10));

/** Puts the text of `value` into `bytes` at `at`, where there must be room; gives where it ends. */
export function putNumber(bytes: Uint8Array, at: number, value: number): number {
  if (value === (value | 0) && value > 0) return putWhole(bytes, at, value | 0);
  const size = Math.abs(value);
  const scaled = Math.round(size * places);
  if (scaled / places !== size || scaled >= exactLimit || size === 0) return putOther(bytes, at, value);
  if (value < 0) bytes[at++] = minus;
  const whole = Math.floor(size);
  const end = putWhole(bytes, at, whole | 0);
  const fraction = (scaled - whole * places) | 0;
  return fraction === 0 ? end : putFraction(bytes, end, fraction);
}

/** At least 0 and below 2^31. */
function putWhole(bytes: Uint8Array, at: number, value: number): number {
  const end = at + digitsOf(value);
  let place = end;
  let rest = value;
  while (rest >= 100) {
    const next = (rest / 100) | 0;
    const pair = (rest - next * 100) << 1;
    bytes[--place] = pairs[pair + 1]!;
    bytes[--place] = pairs[pair]!;
    rest = next;
  }
  if (rest >= 10) {
    bytes[--place] = pairs[2 * rest + 1]!;
    bytes[--place] = pairs[2 * rest]!;
  } else {
    bytes[--place] = zero + rest;
  }
  return end;
}

/** Millionths, from 1 to 999,999, without the zeros at the end. */
function putFraction(bytes: Uint8Array, at: number, millionths: number): number {
  let end = at + 7;
  let rest = millionths;
  while (rest - ((rest / 10) | 0) * 10 === 0) {
    rest = (rest / 10) | 0;
    end--;
  }
  bytes[at] = point;
  for (let place = end - 1; place > at; place--) {
    const next = (rest / 10) | 0;
    bytes[place] = zero + (rest - next * 10);
    rest = next;
  }
  return end;
}

function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1_000 ? 3 : 4;
  if (value < 100_000_000) return value < 1_000_000 ? (value < 100_000 ? 5 : 6) : value < 10_000_000 ? 7 : 8;
  return value < 1_000_000_000 ? 9 : 10;
}

/** What has more digits, or is no number: few of them, or whole numbers of nine digits and more. */
function putOther(bytes: Uint8Array, at: number, value: number): number {
  const size = Math.abs(value);
  if (size >= half && size < exactLimit && Number.isInteger(size)) {
    if (value < 0) bytes[at++] = minus;
    const upper = Math.floor(size / half);
    const end = putWhole(bytes, at, upper) + 9;
    let rest = size - upper * half;
    for (let place = end - 1; place >= end - 9; place--) {
      const next = (rest / 10) | 0;
      bytes[place] = zero + (rest - next * 10);
      rest = next;
    }
    return end;
  }
  const text = value === 0 && !Object.is(value, -0) ? '0' : formatNumber(value);
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}

import { readNumber, textOf } from './read-number.ts';

/** Epoch values from here on are milliseconds (it is 1973 in those, the year 5138 in seconds); from there micro-, then nanoseconds. */
const millisecondsFrom = 1e11;
const microsecondsFrom = 1e14;
const nanosecondsFrom = 1e17;

/** Epoch milliseconds of an epoch time in seconds, milliseconds, micro- or nanoseconds, told apart by size. */
export function epochMs(number: number): number {
  const size = Math.abs(number);
  if (size < millisecondsFrom) return number * 1_000;
  if (size < microsecondsFrom) return number;
  return size < nanosecondsFrom ? number / 1_000 : number / 1_000_000;
}

/** Epoch milliseconds of RFC 3339 or an epoch time in bytes [from, end); undefined when it is no time. Without a zone it is UTC. */
export function readTime(bytes: Uint8Array, from: number, end: number): number | undefined {
  if (end - from >= 19 && bytes[from + 4] === 45 && bytes[from + 7] === 45) {
    const quick = readPlain(bytes, from, end);
    if (quick !== undefined) return quick;
  }
  const number = readNumber(bytes, from, end);
  if (number !== undefined && !Number.isNaN(number)) {
    if (!Number.isFinite(number)) return undefined;
    return epochMs(number);
  }
  const text = textOf(bytes, from, end).trim();
  const zoned = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) ? undefined : ms;
}

/** `2026-01-31 12:00:00`, with T or a space, with or without Z; undefined when it is anything else. */
function readPlain(b: Uint8Array, from: number, end: number): number | undefined {
  const length = end - from;
  if (!(length === 19 || (length === 20 && b[end - 1] === 90))) return undefined;
  const two = (at: number) => (b[from + at]! - 48) * 10 + (b[from + at + 1]! - 48);
  const month = two(5);
  const day = two(8);
  const hour = two(11);
  const minute = two(14);
  const second = two(17);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 59))
    return undefined;
  if (b[from + 13] !== 58 || b[from + 16] !== 58) return undefined;
  return (
    daysBefore(two(0) * 100 + two(2), month, day) * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1_000
  );
}

/** Days from 1970-01-01 (Hinnant's civil calendar arithmetic). */
function daysBefore(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/**
 * Numbers straight from bytes. Up to 15 digits and small powers of ten are exact in a double, so one multiplication or
 * division gives the correctly rounded value; the rest goes the slow way through a string.
 */
const powers = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
const missingWords = new Set([
  'nan',
  'null',
  'none',
  'na',
  'n/a',
  '-',
  '?',
  'inf',
  '+inf',
  '-inf',
  'infinity',
  '-infinity',
]);

/** The number in bytes [from, end); NaN when empty or one of the words for missing; undefined when it is no number. */
export function readNumber(bytes: Uint8Array, from: number, end: number): number | undefined {
  let i = from;
  let isNegative = false;
  if (bytes[i] === 45) {
    isNegative = true;
    i++;
  }
  let digits = 0;
  let mantissa = 0;
  let decimals = 0;
  for (; i < end; i++) {
    const digit = bytes[i]! - 48;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
    digits++;
  }
  if (i < end && bytes[i] === 46) {
    i++;
    const before = digits;
    for (; i < end; i++) {
      const digit = bytes[i]! - 48;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
      digits++;
    }
    decimals = digits - before;
  }
  if (i === end && digits > 0 && digits <= 15) {
    const value = decimals === 0 ? mantissa : mantissa / powers[decimals]!;
    return isNegative ? -value : value;
  }
  return readSlowly(bytes, from, end);
}

function readSlowly(bytes: Uint8Array, from: number, end: number): number | undefined {
  const text = textOf(bytes, from, end).trim();
  if (text === '') return Number.NaN;
  const value = Number(text);
  if (!Number.isNaN(value)) return value;
  return missingWords.has(text.toLowerCase()) ? Number.NaN : undefined;
}

/** The text in bytes [from, end), without the quotes around it. */
export function textOf(bytes: Uint8Array, from: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString('utf8');
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll('""', '"')
    : text;
}

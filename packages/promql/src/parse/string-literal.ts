/**
 * Reads a string of PromQL, with Go's escapes: `"..."`, `'...'`, or raw between backticks. `undefined` when it is wrong.
 * Escapes can give bytes that are no UTF-8: each such byte stands in the text as a lone surrogate (0xc5 as U+DCC5), so that
 * it equals nothing that is text and can be named in an error.
 */
export function parseString(literal: string): string | undefined {
  const quote = literal[0];
  if (literal.length < 2 || literal.at(-1) !== quote) return undefined;
  const body = literal.slice(1, -1);
  if (quote === '`') return body.replaceAll('\r', '');
  if (!body.includes('\\')) return body.includes('\n') ? undefined : body;
  // Escapes may give single bytes, so the text is put together as UTF-8.
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  const token = /\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|[^\\\n]/gu;
  let at = 0;
  for (const match of body.matchAll(token)) {
    if (match.index !== at) return undefined;
    at += match[0].length;
    const [whole, simple, hex, octal, short, long] = match;
    const byte =
      hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : undefined;
    const codePoint = short ?? long;
    if (byte !== undefined) {
      if (byte > 255) return undefined;
      bytes.push(byte);
    } else if (codePoint !== undefined) {
      const value = Number.parseInt(codePoint, 16);
      if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return undefined;
      bytes.push(...encoder.encode(String.fromCodePoint(value)));
    } else if (simple !== undefined) {
      const isOtherQuote = (simple === '"' || simple === "'") && simple !== quote;
      if (isOtherQuote) return undefined;
      bytes.push(simpleEscapes[simple] ?? simple.charCodeAt(0));
    } else bytes.push(...encoder.encode(whole));
  }
  return at === body.length ? textOf(bytes) : undefined;
}

const simpleEscapes: Record<string, number> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: readonly number[]): string {
  const whole = decoded(bytes);
  if (whole !== undefined) return whole;
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((each) => decoded(bytes.slice(at, at + each)) !== undefined);
    text += length === undefined ? String.fromCharCode(0xdc00 + bytes[at]!) : decoded(bytes.slice(at, at + length))!;
    at += length ?? 1;
  }
  return text;
}

function decoded(bytes: readonly number[]): string | undefined {
  try {
    return strict.decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

/** False for what was written with bytes that are no UTF-8. */
export function isUtf8(text: string): boolean {
  return !/[\ud800-\udfff]/u.test(text);
}

/** In double quotes, bytes that are no UTF-8 as `\xc5`: Go's `%q`. */
export function quoteText(text: string): string {
  return JSON.stringify(text).replace(/\\(?:\\|udc([89a-f][0-9a-f]))/g, (whole, byte?: string) =>
    byte === undefined ? whole : `\\x${byte}`,
  );
}

/** Reads a string of PromQL, with Go's escapes: `"..."`, `'...'`, or raw between backticks. `undefined` when it is wrong. */
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
  return at === body.length ? new TextDecoder().decode(Uint8Array.from(bytes)) : undefined;
}

const simpleEscapes: Record<string, number> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

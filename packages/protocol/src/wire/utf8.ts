import { WireError } from './wire-reader.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Text from its UTF-8 bytes. Throws a `WireError` on invalid UTF-8: replacing what is broken would make two different
 * names one.
 */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  // Most names are short and ASCII; for those a loop beats the decoder's fixed cost.
  if (end - start <= 24) {
    let text = '';
    let position = start;
    for (; position < end; position++) {
      const byte = bytes[position]!;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (position === end) return text;
  }
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch {
    throw new WireError('a text is not UTF-8');
  }
}

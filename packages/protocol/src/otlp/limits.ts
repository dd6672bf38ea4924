/** What one sender may put into names and labels. Beyond it the item is refused, never cut: a cut name is another name. */
export const labelLimits = { labels: 64, nameLength: 200, valueLength: 1_000 } as const;

/** Spans and logs are for reading: there, long text is cut, and further attributes are left out. */
export const recordLimits = { attributes: 64, textLength: 1_000, bodyLength: 8_192 } as const;

/** How far from now a span or log record may be. */
export const recordAgeMs = { past: 24 * 3_600_000, future: 10 * 60_000 } as const;

const control = /[\p{Cc}\u2028\u2029]/u;

/** True when a name would break lines or pages it is shown in. */
export function hasControlCharacters(text: string): boolean {
  return control.test(text);
}

const everyControl = /[\p{Cc}\u2028\u2029]/gu;

/** For text that is only shown: control characters become the replacement character. */
export function withoutControlCharacters(text: string): string {
  return control.test(text) ? text.replace(everyControl, '\u{fffd}') : text;
}

/** Cuts text to a length without leaving half a surrogate pair. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}

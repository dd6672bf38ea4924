// Wide in East Asian Width terms, as far as names hold them: Hangul, CJK, kana, full-width forms, emoji.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const zeroWidth = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns a text takes on a terminal. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += zeroWidth.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** Cuts to at most `width` columns; what was cut is shown by `…`. */
export function fitText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  if (width <= 0) return '';
  let result = '';
  let used = 0;
  for (const character of text) {
    const size = textWidth(character);
    if (used + size > width - 1) break;
    result += character;
    used += size;
  }
  return `${result}…`;
}

/** As `fitText`, but cuts the middle out: of names, beginning and end tell most, and what follows the last slash all. */
export function fitMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  if (width < 5) return fitText(text, width);
  const characters = [...text];
  const lastPart = textWidth(text.slice(text.lastIndexOf('/')));
  const tailWidth = text.includes('/') && lastPart <= width - 2 ? lastPart : Math.floor((width - 1) / 2);
  let tail = '';
  for (let i = characters.length - 1; i >= 0 && textWidth(characters[i]! + tail) <= tailWidth; i--)
    tail = characters[i]! + tail;
  return fitText(text, width - textWidth(tail)) + tail;
}

/** What others wrote must not move the cursor or colour the screen: control characters become `�`, line breaks a space. */
export function safeText(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** Breaks at spaces so that no line is wider than `width`; a longer word stays whole. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}

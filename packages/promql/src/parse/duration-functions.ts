/**
 * `min(...)` and `max(...)` of durations, as Prometheus 3 has them, under the names that the grammar knows (`min_of`, `max_of`):
 * in brackets, and in what an `offset` begins with. Anywhere else these words are aggregations.
 */
export function nameDurationFunctions(code: string): string {
  const inBrackets = code.replace(/\[[^\]]*\]/g, renamed);
  let result = '';
  let rest = inBrackets;
  for (;;) {
    const offset = /\boffset\b[\s(+-]*(?=(?:min|max)\s*\()/i.exec(rest);
    if (offset === null) return result + rest;
    const begin = offset.index + offset[0].length;
    const end = begin + callLength(rest.slice(begin));
    result += rest.slice(0, begin) + renamed(rest.slice(begin, end));
    rest = rest.slice(end);
  }
}

function renamed(text: string): string {
  return text.replace(/\b(min|max)(?=\s*\()/gi, (word) => `${word.toLowerCase()}_of`);
}

/** How far the call that a text begins with reaches; all of it where it is not closed. */
function callLength(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return i + 1;
  }
  return text.length;
}

/**
 * The least and the greatest of durations and of scalars. In brackets, and in what an `offset` begins with, `min(...)` and
 * `max(...)` are functions of durations, which the grammar knows under their newer names `min_of` and `max_of`. Anywhere else
 * `min` and `max` are aggregations, and `min_of` and `max_of` functions of scalars, which the grammar does not know yet.
 */

/** `min` and `max` of durations under the names that the grammar knows. */
export function nameDurationFunctions(code: string): string {
  return eachPart(code, (text, isDuration) =>
    isDuration ? text.replace(/\b(min|max)(?=\s*\()/gi, (word) => `${word.toLowerCase()}_of`) : text,
  );
}

/** The same text, as long as before, with known functions in the place of those that the grammar does not know. */
export function hideScalarFunctions(code: string): string {
  return eachPart(code, (text, isDuration) =>
    isDuration ? text : text.replace(/\bmin_of(?=\s*\()/g, 'minute').replace(/\bmax_of(?=\s*\()/g, 'scalar'),
  );
}

/** Goes through the parts of a text without strings that are durations with calls in them, and what lies between. */
function eachPart(code: string, change: (text: string, isDuration: boolean) => string): string {
  const duration = /\[[^\]]*\]|\boffset\b[\s(+-]*(?=(?:min|max)(?:_of)?\s*\()/gi;
  let result = '';
  let at = 0;
  for (let match = duration.exec(code); match !== null; match = duration.exec(code)) {
    const begin = match.index + match[0].length;
    const end = match[0].startsWith('[') ? begin : begin + callLength(code.slice(begin));
    result += change(code.slice(at, match.index), false) + change(code.slice(match.index, end), true);
    at = end;
    duration.lastIndex = end;
  }
  return result + change(code.slice(at), false);
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

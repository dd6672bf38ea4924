// Lines that differ in nothing but names and numbers are one line for whoever reads them: "16 of them: no heartbeat for
// 90 to 93 s". The pattern of a text is the text with its numbers taken out.

/** Fewer than this are read faster than they are opened. */
export const foldedFrom = 4;

const number = /\d+(?:\.\d+)?/g;

export function patternOf(text: string): string {
  return text.replace(number, '#');
}

/** Texts of one pattern as one text: each number that is not the same in all of them becomes `lowest to highest`. */
export function joinNumbers(texts: readonly string[]): string {
  const columns = texts.map((text) => text.match(number) ?? []);
  let place = 0;
  return (texts[0] ?? '').replace(number, (own) => {
    const values = columns.map((column) => column[place] ?? own);
    place++;
    const sorted = values.toSorted((a, b) => Number(a) - Number(b));
    return sorted[0] === sorted.at(-1) ? own : `${sorted[0]} to ${sorted.at(-1)}`;
  });
}

/** What belongs together, in the order of the first of each; groups of fewer than `foldedFrom` are taken apart again. */
export function foldBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [item]);
    else own.push(item);
  }
  return [...groups.values()].flatMap((group) => (group.length < foldedFrom ? group.map((item) => [item]) : [group]));
}

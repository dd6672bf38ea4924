/**
 * How well `query` fits `text`: 0 not at all; whole words and beginnings before letters in the middle, letters in a
 * row before letters apart. Case does not matter. Linear in the length of the text.
 */
export function matchText(query: string, text: string): number {
  const wanted = query.toLowerCase().trim();
  const given = text.toLowerCase();
  if (wanted === '') return 1;
  const at = given.indexOf(wanted);
  if (at === 0) return 1_000 - given.length;
  if (at > 0) return (/[\s/._-]/.test(given[at - 1]!) ? 800 : 600) - given.length;
  let next = 0;
  let gaps = 0;
  let last = -1;
  for (let i = 0; i < given.length && next < wanted.length; i++) {
    if (given[i] !== wanted[next]) continue;
    if (last >= 0) gaps += i - last - 1;
    last = i;
    next++;
  }
  return next === wanted.length ? Math.max(1, 400 - gaps * 8 - given.length) : 0;
}

const stopWords = new Set(
  (
    'a about after all also an and are as at be because been both but by can could did do does during each for from had has have ' +
    'how if in into is it its let longer most of on once or our over than that the their them then there these they this those to ' +
    'under upon was were what when where whether which while who why will with within would'
  ).split(' '),
);

/** Lower-case words and numbers of a text, in order, stop words left out, plain English endings taken off. */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    if (word.length > 1 && !stopWords.has(word)) tokens.push(stem(word));
  }
  return tokens;
}

export function isStopWord(word: string): boolean {
  return stopWords.has(word.toLowerCase());
}

/** Harman's S-stemmer with `-ing` and `-ed` for words long enough: rough, but the same for questions and articles. */
export function stem(word: string): string {
  let root = word;
  if (root.length > 4 && root.endsWith('ies')) root = `${root.slice(0, -3)}y`;
  else if (root.length > 3 && root.endsWith('s') && !/(ss|us|is)$/.test(root)) root = root.slice(0, -1);
  if (root.length > 6 && root.endsWith('ing')) root = root.slice(0, -3);
  else if (root.length > 5 && root.endsWith('ed')) root = root.slice(0, -2);
  return root.length > 4 && root.endsWith('e') ? root.slice(0, -1) : root;
}

/** Splits prose at sentence ends. Sentences keep their punctuation. */
export function splitSentences(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+(?=\p{Lu})/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 0);
}

import { expect, test } from 'vitest';
import { splitSentences, tokenize } from './tokenize.ts';

test('words are lower case, without stop words, one form for singular and plural', () => {
  expect(tokenize('The Ferries and a ferry, the glasses: 12 reeds!')).toEqual([
    'ferry',
    'ferry',
    'glass',
    '12',
    'reed',
  ]);
  expect(tokenize('measuring measured measure')).toEqual(['measur', 'measur', 'measur']);
  expect(tokenize('')).toEqual([]);
});

test('sentences end at punctuation followed by a capital', () => {
  expect(splitSentences('One here. Two of 3.5 metres! Three?')).toEqual(['One here.', 'Two of 3.5 metres!', 'Three?']);
  expect(splitSentences('  ')).toEqual([]);
});

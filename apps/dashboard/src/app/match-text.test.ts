import { expect, test } from 'vitest';
import { matchText } from './match-text.ts';

test('beginnings come before middles, and middles before scattered letters', () => {
  const scores = ['reader-7', 'research/reader', 'bread', 'r e a d'].map((text) => matchText('read', text));
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  expect(scores.every((score) => score > 0)).toBe(true);
});

test('what does not fit is out, and nothing asked fits all', () => {
  expect(matchText('xyz', 'reader')).toBe(0);
  expect(matchText('', 'reader')).toBeGreaterThan(0);
});

import { expect, test } from 'vitest';
import { foldBy, joinNumbers, patternOf } from './near-identical.ts';

test('texts of one pattern are one text with the range of each number that differs', () => {
  const texts = ['no heartbeat for 94 s (expected every 30 s)', 'no heartbeat for 9 s (expected every 30 s)'];
  expect(patternOf(texts[0]!)).toBe(patternOf(texts[1]!));
  expect(joinNumbers(texts)).toBe('no heartbeat for 9 to 94 s (expected every 30 s)');
  expect(joinNumbers(['p95 1.5 s', 'p95 12 s', 'p95 2 s'])).toBe('p95 1.5 to 12 s');
  expect(joinNumbers(['same', 'same'])).toBe('same');
  expect(joinNumbers([])).toBe('');
});

test('a few stay as they are, many become one, in the order of the first', () => {
  const items = ['b1', 'a1', 'b2', 'a2', 'b3', 'b4', 'a3'];
  expect(foldBy(items, (item) => item[0]!)).toEqual([['b1', 'b2', 'b3', 'b4'], ['a1'], ['a2'], ['a3']]);
});

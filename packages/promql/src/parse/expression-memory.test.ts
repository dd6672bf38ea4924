import { expect, test } from 'vitest';
import { ExpressionMemory } from './expression-memory.ts';
import { parseExpression } from './parse-expression.ts';

test('gives what the parser gives, the same object again for what was asked lately', () => {
  const memory = new ExpressionMemory();
  const texts = Array.from({ length: 200 }, (_, i) => `sum(rate(m${i}[5m]))`);
  const first = texts.map((text) => memory.parse(text));
  for (const [i, text] of texts.entries()) expect(first[i]).toEqual(parseExpression(text));
  expect(memory.parse(texts[0]!)).toBe(first[0]);
  // One more than there is room for: the one that was not asked for the longest is parsed anew.
  memory.parse('one_more');
  expect(memory.parse(texts[0]!)).toBe(first[0]);
  expect(memory.parse(texts[2]!)).toBe(first[2]);
  expect(memory.parse(texts[1]!)).not.toBe(first[1]);
  expect(memory.parse(texts[1]!)).toEqual(first[1]);
});

test('remembers neither what is wrong nor what is long', () => {
  const memory = new ExpressionMemory();
  expect(memory.parse('sum(')).toEqual(parseExpression('sum('));
  expect(memory.parse('sum(')).not.toBe(memory.parse('sum('));
  const long = `a + ${'b + '.repeat(600)}c`;
  expect(memory.parse(long)).not.toBe(memory.parse(long));
});

import { expect, test } from 'vitest';
import { parseSearchText, readList, readUrlState, writeList, writeSearchText } from './url-state.ts';

test('goes to the URL and back', () => {
  const state = { q: 'reader 7', pool: 'research/reader,a', sort: '-latencyP95', range: '6h' };
  expect(readUrlState(parseSearchText(writeSearchText(state)))).toEqual(state);
});

test('writes nothing for nothing and keeps slashes readable', () => {
  expect(writeSearchText({ q: undefined, pool: '' })).toBe('');
  expect(writeSearchText({ pool: 'research/reader' })).toBe('?pool=research/reader');
});

test('ignores what it does not know', () => {
  expect(readUrlState({ q: 'x', evil: 'y', range: 3 })).toEqual({ q: 'x', range: '3' });
});

test('lists keep values with commas and percent signs', () => {
  const values = ['a,b', '100%', 'c'];
  expect(readList(writeList(values))).toEqual(values);
  expect(readList(undefined)).toEqual([]);
  expect(writeList([])).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import { alignToGrid, gridTimes, lastKnown, selector, sparseGrid } from './series.ts';

const grid = { from: 0, to: 50_000, stepMs: 10_000 };

describe('a series on a grid', () => {
  test('has both ends', () => {
    expect(gridTimes(grid)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000]);
  });
  test('takes the newest sample that is fresh enough and leaves gaps as gaps', () => {
    const samples = { times: [1_000, 9_000, 12_000, 48_000], values: [1, 2, 3, 4] };
    expect(alignToGrid(samples, grid, 10_000)).toEqual([null, 2, 3, null, null, 4]);
  });
  test('a sample that is no number is a gap, never zero', () => {
    expect(alignToGrid({ times: [10_000, 20_000], values: [Number.NaN, 0] }, grid, 5_000)).toEqual([
      null,
      null,
      0,
      null,
      null,
      null,
    ]);
  });
  test('nothing in, nothing out', () => {
    expect(alignToGrid({ times: [], values: [] }, grid, 10_000).every((value) => value === null)).toBe(true);
    expect(lastKnown([])).toBeNull();
    expect(lastKnown([1, null, 3, null])).toBe(3);
  });
});

test('a selector quotes what it is given', () => {
  expect(selector('up', { pool: 'a"b\\c' })).toBe('up{pool="a\\"b\\\\c"}');
});

test('of several values any fits, and none is taken for a pattern', () => {
  expect(selector('m', { pool: ['a/b.c', 'd|e(f)'], signal: 'x' })).toBe(
    'm{pool=~"a/b\\\\.c|d\\\\|e\\\\(f\\\\)",signal="x"}',
  );
});

test('a line without axes has some sixty points, and the same ones until the next is due', () => {
  expect(sparseGrid({ from: 7_000, to: 3_607_000 })).toEqual({ from: 0, to: 3_600_000, stepMs: 60_000 });
  expect(sparseGrid({ from: 47_000, to: 3_647_000 })).toEqual({ from: 0, to: 3_600_000, stepMs: 60_000 });
  expect(sparseGrid({ from: 0, to: 60_000 }).stepMs).toBe(15_000);
});

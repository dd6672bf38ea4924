import { describe, expect, test } from 'vitest';
import { alignToGrid, gridTimes, lastKnown, selector } from './series.ts';

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

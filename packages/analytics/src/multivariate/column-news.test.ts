import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { ColumnNews } from './column-news.ts';

const minute = 60_000;

/** What the news of two noisy columns weighs at each row. */
function weights(rows: number, change: (row: Float64Array, i: number) => void, timeOf = (i: number) => i * minute) {
  const rng = seededRng(5);
  const news = new ColumnNews(2);
  return Array.from({ length: rows }, (_, i) => {
    const row = Float64Array.of(50 + rng.normal(), 0.2 + 0.01 * rng.normal());
    change(row, i);
    return news.observe(timeOf(i), row);
  });
}

test('a column beyond its record weighs once, then it rests', () => {
  const said = weights(600, (row, i) => {
    if (i >= 500) row[1] = 0.5;
  });
  expect(Math.max(...said.slice(500, 503))).toBeGreaterThan(1);
  expect(Math.max(...said.slice(510, 560))).toBeLessThan(1);
});

test('ordinary noise weighs next to nothing', () => {
  const said = weights(4_000, () => undefined);
  expect(said.slice(500).filter((each) => each > 0.5).length).toBeLessThan(20);
});

test('after a gap, or when time goes back, another level is no news', () => {
  const shift = (row: Float64Array, i: number) => {
    if (i >= 500) row[0] = 58;
  };
  const seen = weights(501, shift)[500]!;
  for (const jump of [100_000 * minute, -400 * minute])
    expect(weights(501, shift, (i) => i * minute + (i >= 500 ? jump : 0))[500]).toBeLessThan(seen);
});

test('missing values and wild ones stay within bounds', () => {
  const wild = [Number.NaN, Number.POSITIVE_INFINITY, 1e300, -1e300, 0];
  for (const each of weights(400, (row, i) => (row[i % 2] = wild[i % 5]!))) expect(each >= 0 && each <= 3).toBe(true);
});

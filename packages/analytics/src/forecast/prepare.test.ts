import { expect, test } from 'vitest';
import { series } from '../conformance/detector-run.ts';
import { prepareHistory, quantileOf } from './prepare.ts';

test('fills inner gaps by a line and marks them', () => {
  const history = prepareHistory(Float64Array.of(Number.NaN, 2, Number.NaN, Number.NaN, 8, Number.NaN), 100);
  expect([...history.values].map((each) => each * history.scale)).toEqual([2, 4, 6, 8]);
  expect([...history.observed]).toEqual([1, 0, 0, 1]);
  expect(history.missingAtEnd).toBe(1);
  expect(history.known).toBe(2);
});

test('takes a single wild value for a mistake, but not the newest', () => {
  const values = series(100, (i) => 10 + (i % 3));
  values[50] = 1e9;
  values[99] = 500;
  const history = prepareHistory(values, 1_000);
  expect(history.values[50]! * history.scale).toBeLessThan(13);
  expect(history.values[99]! * history.scale).toBe(500);
});

test('keeps the newest values of a long history', () => {
  const history = prepareHistory(
    series(100, (i) => i),
    10,
  );
  expect(history.values).toHaveLength(10);
  expect(history.values[9]! * history.scale).toBe(99);
});

test('knows a constant', () =>
  expect(
    prepareHistory(
      series(10, () => 3),
      100,
    ).isConstant,
  ).toBe(true));

test('reads quantiles between values', () => {
  expect(quantileOf([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantileOf([1, 2, 3, 4], 2)).toBe(4);
  expect(quantileOf([], 0.5)).toBeNaN();
});

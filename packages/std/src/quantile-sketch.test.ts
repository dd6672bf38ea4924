import { expect, test } from 'vitest';
import { QuantileSketch } from './quantile-sketch.ts';
import { seededRng } from './rng.ts';

function exactQuantile(values: number[], q: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))]!;
}

test('quantiles are right to within the promised relative error', () => {
  const rng = seededRng(7);
  const values = Array.from({ length: 20_000 }, () => Math.exp(rng.normal() * 1.5 - 2));
  const sketch = new QuantileSketch({ relativeError: 0.02 });
  for (const value of values) sketch.add(value);
  for (const q of [0.01, 0.5, 0.95, 0.99]) {
    const exact = exactQuantile(values, q);
    expect(Math.abs(sketch.quantile(q)! - exact) / exact).toBeLessThan(0.021);
  }
});

test('merging two gives what one would have given', () => {
  const [a, b, both] = [new QuantileSketch(), new QuantileSketch(), new QuantileSketch()];
  for (let i = 1; i <= 1_000; i++) {
    (i % 3 === 0 ? a : b).add(i / 100);
    both.add(i / 100);
  }
  a.merge(b);
  expect(a.quantile(0.9)).toBe(both.quantile(0.9));
  expect(a.count).toBe(1_000);
});

test('nothing added is not zero, and what is no duration is left out', () => {
  const sketch = new QuantileSketch();
  for (const value of [Number.NaN, -1, Number.POSITIVE_INFINITY]) sketch.add(value);
  expect([sketch.quantile(0.5), sketch.mean, sketch.count]).toEqual([null, null, 0]);
  sketch.add(0);
  expect(sketch.quantile(0.5)).toBe(0);
});

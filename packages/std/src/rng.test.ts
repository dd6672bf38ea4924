import { expect, test } from 'vitest';
import { backoffMs } from './retry.ts';
import { seededRng } from './rng.ts';

test('the same seed gives the same stream, another seed another', () => {
  const draw = (seed: number) => {
    const rng = seededRng(seed);
    return Array.from({ length: 5 }, () => rng.next());
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test('draws have the distributions that they are named for', () => {
  const rng = seededRng(3);
  const mean = (sample: () => number) => Array.from({ length: 50_000 }, sample).reduce((sum, x) => sum + x, 0) / 50_000;
  expect(mean(() => rng.next())).toBeCloseTo(0.5, 1);
  expect(mean(() => rng.normal())).toBeCloseTo(0, 1);
  expect(mean(() => rng.exponential(3))).toBeGreaterThan(2.9);
  expect(mean(() => rng.exponential(3))).toBeLessThan(3.1);
  expect(mean(() => rng.int(1, 3))).toBeCloseTo(2, 1);
});

test('backoff doubles up to its ceiling and keeps its jitter in the upper half', () => {
  const rng = seededRng(5);
  for (const [attempt, ceiling] of [
    [1, 100],
    [2, 200],
    [5, 1_000],
    [1_000, 1_000],
  ] as const) {
    const wait = backoffMs(attempt, { firstMs: 100, maxMs: 1_000 }, rng);
    expect(wait).toBeGreaterThanOrEqual(ceiling / 2);
    expect(wait).toBeLessThanOrEqual(ceiling);
  }
});

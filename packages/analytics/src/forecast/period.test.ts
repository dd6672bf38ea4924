import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { series } from '../conformance/detector-run.ts';
import { findPeriod } from './period.ts';

const wave = (length: number, period: number, noise: number, seed = 1) => {
  const rng = seededRng(seed);
  return series(length, (i) => Math.sin((2 * Math.PI * i) / period) + noise * rng.normal());
};

test('finds a clean period', () => expect(findPeriod(wave(300, 24, 0))).toBe(24));
test('finds a noisy one', () => expect(Math.abs(findPeriod(wave(400, 40, 0.5)) - 40)).toBeLessThanOrEqual(1));
test('finds a short one in a long series', () => expect(findPeriod(wave(4_000, 10, 0.1)) % 10).toBe(0));
test('finds a long one in a long series', () =>
  expect(Math.abs(findPeriod(wave(4_000, 1_440, 0.2)) - 1_440)).toBeLessThan(30));
test('finds one under a trend', () => expect(findPeriod(wave(300, 30, 0).map((v, i) => v + 0.05 * i))).toBe(30));
test('finds none in a line', () => expect(findPeriod(series(200, (i) => i))).toBe(0));
test('finds none in a constant', () => expect(findPeriod(series(200, () => 5))).toBe(0));
test('finds none in nothing', () => expect(findPeriod(new Float64Array(0))).toBe(0));
test('finds none in three values', () => expect(findPeriod(Float64Array.of(1, 2, 1))).toBe(0));
test('finds none in noise, mostly', () => {
  const found = Array.from({ length: 20 }, (_, seed) => findPeriod(wave(300, 1e9, 1, seed))).filter((each) => each > 0);
  expect(found.length).toBeLessThan(10);
});

import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { growForest } from './isolation-forest.ts';

const rng = seededRng(2);
const rows = 2_000;
const columns = 4;
const past = {
  z: Float32Array.from({ length: rows * columns }, () => rng.normal()),
  at: Float64Array.from({ length: rows }, (_, i) => i * 1_000),
  rows,
  columns,
};
const parts = new Float64Array(columns);

test('a row far out scores higher than the middle, between 0 and 1, and names its column', () => {
  const forest = growForest(past, { intervalMs: 1_000, rng: seededRng(1) });
  const middle = forest.observe(Float64Array.of(0, 0, 0, 0), 0, parts);
  const far = forest.observe(Float64Array.of(0, 0, 9, 0), 0, parts);
  expect(parts.indexOf(Math.max(...parts))).toBe(2);
  expect(far).toBeGreaterThan(middle + 0.1);
  expect(middle).toBeGreaterThan(0.3);
  expect(middle).toBeLessThan(0.5);
  expect(far).toBeLessThan(1);
});

test('subsample and depth are options; the same seed grows the same forest', () => {
  const grow = (seed: number) =>
    growForest(past, { intervalMs: 1_000, rng: seededRng(seed) }, { trees: 20, subsample: 32, depth: 3 });
  const row = Float64Array.of(1, -1, 2, 0);
  expect(grow(1).observe(row, 0, parts)).toBe(grow(1).observe(row, 0, parts));
  expect(grow(1).observe(row, 0, parts)).not.toBe(grow(2).observe(row, 0, parts));
});

test('no rows, one row and rows that are all alike are no crash', () => {
  for (const count of [0, 1, 50]) {
    const still = { z: new Float32Array(count * columns), at: new Float64Array(count), rows: count, columns };
    const said = growForest(still, { intervalMs: 1_000, rng: seededRng(1) }).observe(
      Float64Array.of(Number.NaN, 1, 2, 3),
      0,
      parts,
    );
    expect(said >= 0 && said <= 1).toBe(true);
  }
});

import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { solveSymmetric, symmetricEigen } from './linear-algebra.ts';

const n = 7;

/** M Mᵀ + 0.1 I of a random M. */
function definite(seed: number): Float64Array {
  const rng = seededRng(seed);
  const m = Float64Array.from({ length: n * n }, () => rng.normal());
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < n; k++) a[i * n + j]! += m[i * n + k]! * m[j * n + k]! + (i === j ? 0.1 / n : 0);
  return a;
}

test('the solution solves', () => {
  const a = definite(1);
  const b = Float64Array.from({ length: n * 2 }, (_, i) => i - 5);
  const x = b.slice();
  expect(solveSymmetric(a.slice(), x, n, 2)).toBe(true);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < 2; c++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k]! * x[k * 2 + c]!;
      expect(sum).toBeCloseTo(b[i * 2 + c]!, 8);
    }
});

test('a matrix that is not positive definite, or not finite, is refused', () => {
  expect(solveSymmetric(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1), 2, 1)).toBe(false);
  expect(solveSymmetric(Float64Array.of(Number.NaN), Float64Array.of(1), 1, 1)).toBe(false);
});

test('eigenvectors give the matrix back, largest first', () => {
  const a = definite(2);
  const { values, vectors } = symmetricEigen(a.slice(), n);
  for (let k = 1; k < n; k++) expect(values[k]!).toBeLessThanOrEqual(values[k - 1]!);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += values[k]! * vectors[k * n + i]! * vectors[k * n + j]!;
      expect(sum).toBeCloseTo(a[i * n + j]!, 8);
    }
});

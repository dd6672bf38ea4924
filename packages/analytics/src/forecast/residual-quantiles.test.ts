import { expect, test } from 'vitest';
import { normalQuantile } from './residual-quantiles.ts';

test.each([
  [0.5, 0],
  [0.9, 1.2816],
  [0.95, 1.6449],
  [0.99, 2.3263],
  [0.05, -1.6449],
])('normal quantile %d is %d', (q, z) => expect(normalQuantile(q)).toBeCloseTo(z, 1));

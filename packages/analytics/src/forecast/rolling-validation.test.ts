import { expect, test } from 'vitest';
import { besideOf } from './rolling-validation.ts';

test('from one step to the next no bucket gains or loses more than the distance of the middles allows', () => {
  const edges = [0, 1, 3, 7, 14, 26, 47];
  const sharesAt = (h: number) => {
    const b = edges.findIndex((from, k) => h >= from && h < edges[k + 1]!);
    const { other, share } = besideOf(edges, b, h);
    const shares = new Array<number>(edges.length - 1).fill(0);
    shares[b]! += 1 - share;
    shares[other]! += share;
    return shares;
  };
  for (let h = 0; h + 1 < 47; h++) {
    const now = sharesAt(h);
    const next = sharesAt(h + 1);
    expect(now.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
    // Middles near step h are at least h / 3 apart.
    for (let k = 0; k < now.length; k++) expect(Math.abs(next[k]! - now[k]!)).toBeLessThanOrEqual(1 / (0.6 + h / 3));
  }
  expect(sharesAt(0)).toEqual([1, 0, 0, 0, 0, 0]);
  expect(sharesAt(46)[5]).toBe(1);
});

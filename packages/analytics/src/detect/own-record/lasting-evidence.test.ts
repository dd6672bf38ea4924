import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { LastingEvidence } from './lasting-evidence.ts';

const minuteMs = 60_000;
const day = 1440;
const start = Date.UTC(2024, 0, 1);

/** Evidence of rows a minute apart: a day's wave and noise, changed by `change`. */
function evidenceOf(days: number, change: (i: number, x: number) => number): number[] {
  const evidence = new LastingEvidence();
  const rng = seededRng(3);
  return Array.from({ length: days * day }, (_, i) => {
    const x = 100 + 40 * Math.sin((2 * Math.PI * i) / day) + 2 * rng.normal();
    return evidence.observe(start + i * minuteMs, change(i, x));
  });
}
const highest = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(share * values.length)]!;

describe('evidence of what lasts', () => {
  test('an outage of two days is still one at its end, and is over soon after it', () => {
    const from = 6 * day;
    const end = 8 * day;
    const seen = evidenceOf(10, (i, x) => (i >= from && i < end ? 5 : x));
    const calm = highest(seen.slice(3 * day, from), 0.99);
    expect(Math.min(...seen.slice(from + 30, end))).toBeGreaterThan(calm);
    expect(highest(seen.slice(end + 120), 0.9)).toBeLessThan(calm);
  });

  test('one far value fades within half an hour', () => {
    const at = 5 * day + 700;
    const seen = evidenceOf(6, (i, x) => (i === at ? 400 : x));
    const calm = highest(seen.slice(3 * day, at), 0.99);
    expect(seen[at + 2]!).toBeGreaterThan(2 * calm);
    expect(seen[at + 60]!).toBeLessThan(calm);
  });

  test('the wave of a day it knows is no evidence', () => {
    const seen = evidenceOf(8, (_, x) => x);
    expect(highest(seen.slice(4 * day), 0.999)).toBeLessThan(2);
  });

  test('constants, zeros and absurd values keep it finite', () => {
    for (const value of [0, 7, 1e140, -1e140]) {
      const seen = evidenceOf(3, (i, x) => (i % 500 === 9 ? 1e140 : i < 2000 ? value : x));
      expect(seen.every((each) => Number.isFinite(each) && each >= 0)).toBe(true);
    }
    expect(evidenceOf(3, () => 7).at(-1)).toBe(0);
  });
});

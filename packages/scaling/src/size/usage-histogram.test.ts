import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addUsage, emptyHistogram, restoreHistogram, usagePercentile } from './usage-histogram.ts';

const hour = 3_600_000;
const o = { first: 0.01, halfLifeMs: 24 * hour };

describe('a histogram that forgets', () => {
  test('a percentile lies at or above the true one, by one bucket at most', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.02, max: 50, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (values) => {
          const histogram = emptyHistogram();
          for (const value of values) addUsage(histogram, { value, at: 1_000 }, o);
          const sorted = [...values].sort((a, b) => a - b);
          for (const q of [0.5, 0.9, 0.95]) {
            const truth = sorted[Math.ceil(q * sorted.length) - 1]!;
            const found = usagePercentile(histogram, q, o)!;
            expect(found).toBeGreaterThanOrEqual(truth * (1 - 1e-6));
            expect(found).toBeLessThanOrEqual(truth * 1.08 * (1 + 1e-6));
          }
        },
      ),
    );
  });

  test('what was long ago counts less: after three half-lives the new level rules the median', () => {
    const histogram = emptyHistogram();
    for (let i = 0; i < 100; i++) addUsage(histogram, { value: 4, at: i * 60_000 }, o);
    for (let i = 0; i < 20; i++) addUsage(histogram, { value: 1, at: 72 * hour + i * 60_000 }, o);
    expect(usagePercentile(histogram, 0.5, o)).toBeLessThan(1.1);
  });

  test('years of values stay finite', () => {
    const histogram = emptyHistogram();
    for (let day = 0; day < 2_000; day++) addUsage(histogram, { value: 1, at: day * 24 * hour }, o);
    expect(Number.isFinite(histogram.total)).toBe(true);
    expect(usagePercentile(histogram, 0.9, o)).toBeCloseTo(1, 0);
  });

  test('nothing known is null; what is no number is left out', () => {
    const histogram = emptyHistogram();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1]) addUsage(histogram, { value, at: 1 }, o);
    expect(usagePercentile(histogram, 0.5, o)).toBeNull();
  });

  test('comes back from JSON; damaged, it starts anew', () => {
    const histogram = emptyHistogram();
    addUsage(histogram, { value: 2, at: 5 }, o);
    expect(restoreHistogram(JSON.parse(JSON.stringify(histogram)))).toEqual(histogram);
    for (const broken of [null, 7, {}, { weights: [1], reference: 0 }, { ...histogram, weights: ['x'] }])
      expect(restoreHistogram(broken)).toEqual(emptyHistogram());
  });
});

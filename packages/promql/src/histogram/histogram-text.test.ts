import { expect, test } from 'vitest';
import { histogramJson } from '../evaluate/histogram-json.ts';
import type { FloatHistogram } from './float-histogram.ts';
import { histogramText } from './histogram-text.ts';

const none = { indices: [], counts: [] };

test('exponential buckets are open towards zero', () => {
  const histogram: FloatHistogram = {
    ...{ schema: 0, count: 6, sum: 2, zeroCount: 1, zeroThreshold: 0.5, resetHint: 'unknown', customValues: [] },
    positive: { indices: [1], counts: [3] },
    negative: { indices: [1], counts: [2] },
  };
  expect(histogramText(histogram)).toBe('{count:6, sum:2, [-2,-1):2, [-0.5,0.5]:1, (1,2]:3}');
  expect(histogramJson(histogram).buckets?.map(([boundaries]) => boundaries)).toEqual([1, 3, 0]);
});

test('of custom buckets only the first is closed below', () => {
  const histogram: FloatHistogram = {
    ...{ schema: -53, count: 6, sum: 2, zeroCount: 0, zeroThreshold: 0, resetHint: 'unknown', customValues: [-5, -1] },
    positive: { indices: [0, 1, 2], counts: [1, 2, 3] },
    negative: none,
  };
  expect(histogramText(histogram)).toBe('{count:6, sum:2, [-Inf,-5]:1, (-5,-1]:2, (-1,+Inf]:3}');
  expect(histogramJson(histogram).buckets?.map(([boundaries]) => boundaries)).toEqual([3, 0, 0]);
});

import { expect, test } from 'vitest';
import { costToday } from './cost-today.ts';

const hour = 3_600_000;

test('adds up replicas times price, and compares with the largest size over the same hours', () => {
  expect(costToday({ replicas: [2, 4, null, 2], costRates: [], pricePerReplica: 0.5, stepMs: hour })).toEqual({
    spent: 4,
    peak: 4,
    atPeak: 6,
  });
});

test('takes what was reported where there is no price', () => {
  expect(costToday({ replicas: [2], costRates: [3], pricePerReplica: null, stepMs: hour })).toEqual({
    spent: 3,
    peak: 2,
    atPeak: null,
  });
});

test('nothing known is not zero', () => {
  expect(costToday({ replicas: [null, 3], costRates: [null, null], pricePerReplica: null, stepMs: hour })).toBeNull();
});

import { expect, test } from 'vitest';
import { costNow, costParts } from './cost-now.ts';

const pool = (price: number | null, reported: number | null) => ({
  costPerReplicaHour: price,
  currentReplicas: { ready: 2, pending: 1, draining: 1 },
  signals: reported === null ? {} : { cost_rate: { value: reported, at: 0 } },
});

test('a pool costs its replicas and what its agents report; what is not known is not zero', () => {
  expect(costNow(pool(0.5, 3))).toEqual({ replicas: 2, reported: 3, total: 5 });
  expect(costNow(pool(0.5, null))).toEqual({ replicas: 2, reported: null, total: 2 });
  expect(costNow(pool(null, 3))).toEqual({ replicas: null, reported: 3, total: 3 });
  expect(costNow(pool(null, null)).total).toBeNull();
  expect(costParts(costNow(pool(0.5, 3)))).toBe('$2.00/h for replicas, $3.00/h as its agents report');
  expect(costParts(costNow(pool(0.5, null)))).toBeUndefined();
});

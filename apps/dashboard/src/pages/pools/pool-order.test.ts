import type { Pool } from '@jaegis/model';
import { expect, test } from 'vitest';
import { orderedPools } from './pool-order.ts';

const pool = (name: string, o: { score?: number; rate?: number | null; ready?: number } = {}) =>
  ({
    name,
    score: o.score ?? 100,
    signals: o.rate === undefined ? {} : { request_rate: { value: o.rate, at: 0 } },
    currentReplicas: { ready: o.ready ?? 1, pending: 0, draining: 0 },
  }) as unknown as Pool;

const pools = [
  pool('a/p-10', { score: 40, rate: 2 }),
  pool('a/p-2', { rate: null, ready: 7 }),
  pool('b/p-1', { rate: 9 }),
];
const names = (search: string, order: Parameters<typeof orderedPools>[2]) =>
  orderedPools(pools, search, order).map(({ name }) => name);

test('pools are ordered by name as a person would, the worst first, or the largest', () => {
  expect(names('', 'name')).toEqual(['a/p-2', 'a/p-10', 'b/p-1']);
  expect(names('', 'worst')).toEqual(['a/p-10', 'a/p-2', 'b/p-1']);
  expect(names('', 'demand')).toEqual(['b/p-1', 'a/p-10', 'a/p-2']);
  expect(names('', 'replicas')).toEqual(['a/p-2', 'a/p-10', 'b/p-1']);
});

test('each word must be in the name', () => {
  expect(names('P-1 a/', 'name')).toEqual(['a/p-10']);
  expect(names('zzz', 'name')).toEqual([]);
});

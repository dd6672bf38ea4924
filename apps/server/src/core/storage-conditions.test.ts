import { expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import { storageConditions } from './storage-conditions.ts';

function fleetWith(o: { metrics?: string; metadata?: string; waiting?: number }): Fleet {
  return {
    store: { stats: () => ({ storageError: o.metrics ?? '' }) },
    metadata: { stats: () => ({ error: o.metadata ?? '', waiting: o.waiting ?? 0, lost: 0 }) },
    options: { data_dir: '/data' },
  } as unknown as Fleet;
}

test('a disk that works says nothing', () => {
  expect(storageConditions(fleetWith({}))).toEqual([]);
});

test('a full disk says so, what becomes of samples and records, and what to do', () => {
  const error = 'ENOSPC: no space left on device, write';
  expect(storageConditions(fleetWith({ metrics: error, waiting: 3 }))).toMatchObject([
    {
      kind: 'storage_failed',
      severity: 'critical',
      summary: 'The disk of JAEGIS is full',
      reason: `${error}; samples are refused with 503 and senders repeat them for a while; 3 records of decisions, incidents and agents wait in memory; free some space below /data`,
    },
  ]);
  expect(storageConditions(fleetWith({ metadata: 'disk I/O error' }))).toMatchObject([
    { summary: 'The disk of JAEGIS fails' },
  ]);
});

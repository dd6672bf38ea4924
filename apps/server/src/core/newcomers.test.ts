import type { Signals } from '@jaegis/model';
import { expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import { newcomersOf } from './newcomers.ts';
import type { PoolEntry } from './pool-book.ts';

const now = 10_000_000;
const minute = 60_000;

/** Replicas by how long they have been ready, each with what a request takes it. */
function found(replicas: readonly { readyMs: number | null; latency?: Signals }[]) {
  const instances = replicas.map(({ readyMs }, i) => ({
    instanceId: `a${i}`,
    readyAt: readyMs === null ? null : now - readyMs,
  }));
  const signals = {
    agent: (id: string) => {
      const latency = replicas[Number(id.slice(1))]?.latency;
      return latency === undefined ? undefined : { signals: latency };
    },
  };
  return newcomersOf({ signals } as unknown as Fleet, { observation: { instances } } as unknown as PoolEntry, now);
}

const takes = (seconds: number, o: { own?: number; ageMs?: number } = {}): Signals => ({
  latency_p50: { value: seconds, at: now - (o.ageMs ?? 0) },
  ...(o.own === undefined ? {} : { latency_own: { value: o.own, at: now } }),
});

test('a replica that became ready two minutes ago is compared with those that have run for long', () => {
  const settled = [0.1, 0.11, 0.12].map((seconds) => ({ readyMs: 60 * minute, latency: takes(seconds) }));
  expect(found([...settled, { readyMs: 2 * minute, latency: takes(0.22) }])).toEqual([
    { ageMs: 2 * minute, pace: 0.5 },
  ]);
});

test('where they call others, what they take besides counts', () => {
  const settled = { readyMs: 60 * minute, latency: takes(3, { own: 0.1 }) };
  expect(found([settled, { readyMs: minute, latency: takes(3, { own: 0.4 }) }])).toEqual([
    { ageMs: minute, pace: 0.25 },
  ]);
});

test('nothing is concluded without settled peers, without requests, from old signals or of what is not ready', () => {
  const settled = { readyMs: 60 * minute, latency: takes(0.1) };
  expect(found([{ readyMs: minute, latency: takes(0.2) }])).toEqual([]);
  expect(found([settled, { readyMs: minute }])).toEqual([]);
  expect(found([settled, { readyMs: minute, latency: takes(0.2, { ageMs: minute }) }])).toEqual([]);
  expect(found([settled, { readyMs: null, latency: takes(0.2) }])).toEqual([]);
});

import { expect, test } from 'vitest';
import { ExhaustionWatch } from './exhaustion.ts';
import { exhaustionConditions } from './exhaustion-conditions.ts';
import type { Fleet } from './fleet.ts';

const minute = 60_000;

/** As much of a fleet as the watch reads. */
function machine(freeBytes: (minutes: number) => number, minutes: number) {
  const exhaustion = new ExhaustionWatch();
  let now = 0;
  const fleet = {
    hostName: 'box',
    exhaustion,
    host: undefined as unknown,
    store: { stats: () => ({ series: 10, seriesLimit: 1_000 }) },
    config: { quotas: [] },
    pools: { list: () => [] },
  };
  for (let i = 1; i <= minutes; i++) {
    now = i * minute;
    fleet.host = {
      host: { disk: { totalBytes: 100e9, freeBytes: freeBytes(i) }, memory: { totalBytes: null, usedBytes: null } },
    };
    exhaustion.read(fleet as unknown as Fleet, now);
  }
  return { fleet: fleet as unknown as Fleet, now };
}

test('a disk that fills is told of hours before, with a range', () => {
  const { fleet, now } = machine((i) => 30e9 - 0.1e9 * i, 60);
  const [condition, ...others] = exhaustionConditions(fleet, now);
  expect(others).toEqual([]);
  expect(condition).toMatchObject({ kind: 'forecast_breach', pool: 'box', key: 'exhausted/disk/' });
  expect(condition!.summary).toContain('box: the disk will be used up in 4h');
  expect(condition!.reason).toContain('at the earliest');
  expect(condition!.dueAt! / minute).toBeCloseTo(300, 0);
});

test('ten minutes of a fill say nothing of three hours, and a cleaned disk starts afresh', () => {
  const quick = machine((i) => 20e9 - 0.1e9 * i, 12);
  expect(exhaustionConditions(quick.fleet, quick.now)).toEqual([]);
  const cleaned = machine((i) => (i < 60 ? 30e9 - 0.1e9 * i : 90e9), 70);
  expect(exhaustionConditions(cleaned.fleet, cleaned.now)).toEqual([]);
});

test('a quota of replicas that pools share is told of before it is used up', () => {
  const exhaustion = new ExhaustionWatch();
  let now = 0;
  let ready = 0;
  const pool = () => ({ target: {}, desired: ready, observation: { replicas: { ready, pending: 0, draining: 0 } } });
  const fleet = {
    hostName: 'box',
    exhaustion,
    store: { stats: () => ({ series: 10, seriesLimit: 1_000 }) },
    config: { quotas: [{ name: 'licence', replicas: 40, pools: ['a', 'b'] }] },
    pools: { list: () => [], get: pool },
  } as unknown as Fleet;
  for (let i = 1; i <= 60; i++) {
    now = i * minute;
    // Both pools: a replica more every five minutes.
    ready = Math.floor(i / 5);
    exhaustion.read(fleet, now);
  }
  const [condition, ...others] = exhaustionConditions(fleet, now);
  expect(others).toEqual([]);
  expect(condition).toMatchObject({ key: 'exhausted/quota/licence', pool: 'licence' });
  // 24 of 40 after an hour, 0.4 a minute: forty minutes are left.
  expect(Math.abs(condition!.dueAt! - now - 40 * minute)).toBeLessThan(8 * minute);
});

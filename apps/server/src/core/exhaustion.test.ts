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

import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import {
  followOutOfMemory,
  followUsage,
  initialSizeState,
  recommendSize,
  restoreSizeState,
  type SizeState,
} from './right-size.ts';

const minute = 60_000;
const mib = 2 ** 20;

/** A pool of three replicas over so many hours, each a little different. */
function watched(hours: number, usage: { cpu: number; memoryMib: number }): { state: SizeState; now: number } {
  const state = initialSizeState();
  const rng = seededRng(1);
  let now = 1_800_000_000_000;
  for (let i = 0; i < hours * 60; i++) {
    now += minute;
    const replicas = ['a', 'b', 'c'].map((instanceId) => ({
      instanceId,
      cpu: usage.cpu * (0.8 + 0.4 * rng.next()),
      memoryBytes: usage.memoryMib * mib * (0.9 + 0.2 * rng.next()),
    }));
    followUsage(state, replicas, now);
  }
  return { state, now };
}

describe('the size of a replica', () => {
  test('is the 90th percentile with a margin', () => {
    const { state, now } = watched(6, { cpu: 0.5, memoryMib: 100 });
    const { cpu, memory } = recommendSize(state, { cpu: null, memoryBytes: null }, now);
    expect(cpu!.target).toBeGreaterThan(0.58 * 1.15);
    expect(cpu!.target).toBeLessThan(0.6 * 1.15 * 1.09);
    expect(memory!.target).toBeGreaterThan(108 * mib * 1.15);
    expect(memory!.target).toBeLessThan(110 * mib * 1.15 * 1.09);
    expect(cpu!.lower).toBeLessThan(cpu!.target);
    expect(cpu!.target).toBeLessThanOrEqual(cpu!.upper);
  });

  test('too large: room in everything that is limited, and what would do', () => {
    const { state, now } = watched(6, { cpu: 0.1, memoryMib: 100 });
    const { verdict, reason } = recommendSize(state, { cpu: 1, memoryBytes: 400 * mib }, now);
    expect(verdict).toBe('too_large');
    expect(reason).toMatch(/would do, has 400 MiB; .* would do, has 1/);
  });

  test('a replica that needs its memory is not made smaller for its idle CPU', () => {
    const { state, now } = watched(6, { cpu: 0.1, memoryMib: 300 });
    expect(recommendSize(state, { cpu: 1, memoryBytes: 400 * mib }, now).verdict).toBe('fits');
  });

  test('too small is said at once, also in the first hour', () => {
    const { state, now } = watched(0.5, { cpu: 0.1, memoryMib: 380 });
    const { verdict, reason } = recommendSize(state, { cpu: null, memoryBytes: 400 * mib }, now);
    expect(verdict).toBe('too_small');
    expect(reason).toMatch(/peaks reach .* of 400 MiB, should have/);
  });

  test('a young pool is not called too large', () => {
    const { state, now } = watched(0.5, { cpu: 0.1, memoryMib: 100 });
    expect(recommendSize(state, { cpu: 1, memoryBytes: 800 * mib }, now)).toMatchObject({
      verdict: 'not_known',
      reason: 'watched for 29m, judged after 1h',
    });
  });

  test('who ran out of memory gets more, for a day, whatever the percentiles say', () => {
    const { state, now } = watched(6, { cpu: 0.1, memoryMib: 100 });
    followOutOfMemory(state, 200 * mib, now);
    const short = recommendSize(state, { cpu: null, memoryBytes: 200 * mib }, now + minute);
    expect(short.verdict).toBe('too_small');
    expect(short.memory!.target).toBe(300 * mib);
    expect(recommendSize(state, { cpu: null, memoryBytes: 400 * mib }, now + minute).memory!.target).toBe(300 * mib);
    expect(
      recommendSize(state, { cpu: null, memoryBytes: 400 * mib }, now + 25 * 60 * minute).memory!.target,
    ).toBeLessThan(150 * mib);
  });

  test('never more than ten times, never less than a tenth of what there is', () => {
    const { state, now } = watched(6, { cpu: 4, memoryMib: 1_000 });
    expect(recommendSize(state, { cpu: 0.1, memoryBytes: 20 * mib }, now)).toMatchObject({
      cpu: { target: 1 },
      memory: { target: 200 * mib },
    });
  });

  test('nothing heard is not known, and never a small size', () => {
    const state = initialSizeState();
    followUsage(state, [{ instanceId: 'a', cpu: null, memoryBytes: null }], 1);
    expect(recommendSize(state, { cpu: 1, memoryBytes: mib }, 10 * 3_600_000)).toMatchObject({
      verdict: 'not_known',
      cpu: null,
      memory: null,
    });
  });

  test('what was learned survives a restart', () => {
    const { state, now } = watched(6, { cpu: 0.5, memoryMib: 100 });
    const back = restoreSizeState(JSON.parse(JSON.stringify(state)));
    const size = { cpu: 1, memoryBytes: 400 * mib };
    expect(recommendSize(back, size, now)).toEqual(recommendSize(state, size, now));
    expect(restoreSizeState('nonsense')).toEqual(initialSizeState());
  });
});

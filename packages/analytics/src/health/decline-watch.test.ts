import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { type Decline, type DeclineSignal, DeclineWatch } from './decline-watch.ts';

const tick = 5_000;
const minute = 60_000;

interface Curves {
  readonly values: Partial<Record<DeclineSignal, (minutes: number) => number | null>>;
  readonly objectives?: Partial<Record<DeclineSignal, number>>;
  readonly load?: (minutes: number) => number | null;
}

/** Feeds curves (by minute) for so many minutes; the first decline that was told, and when. */
function firstDecline(minutes: number, o: Curves): { minute: number; decline: Decline } | undefined {
  const watch = new DeclineWatch();
  for (let at = 0; at <= minutes * minute; at += tick) {
    const decline = watch.observe(at, {
      value: (name) => o.values[name]?.(at / minute) ?? null,
      objective: (name) => o.objectives?.[name],
      load: o.load?.(at / minute) ?? null,
    });
    if (decline !== null) return { minute: at / minute, decline };
  }
  return undefined;
}

const rng = seededRng(7);
const noisy = (value: number, share = 0.05) => value * (1 + share * rng.normal());

test('latency that creeps towards its objective under an even load is told before it is there', () => {
  const found = firstDecline(40, {
    values: { latency_p95: (m) => noisy(0.1 + Math.max(0, m - 10) * 0.02) },
    objectives: { latency_p95: 0.5 },
    load: () => noisy(20),
  });
  // It is there after 30 minutes.
  expect(found?.minute).toBeGreaterThan(10);
  expect(found?.minute).toBeLessThan(26);
  expect(found?.decline.signal).toBe('latency_p95');
  expect(Math.abs(found!.decline.at / minute - 30)).toBeLessThan(8);
  expect(found!.decline.earliest).toBeLessThanOrEqual(found!.decline.at);
  expect(found!.decline.latest).toBeGreaterThanOrEqual(found!.decline.at);
  expect(found!.decline.reason).toMatch(
    /latency p95 rises by .* a minute while the load does not, .* reaches 500 ms in/,
  );
});

test('errors have a height that hurts without any objective', () => {
  const found = firstDecline(30, { values: { error_rate: (m) => 0.001 + m * 0.002 } });
  expect(found?.decline.signal).toBe('error_rate');
  expect(found?.decline.limit).toBe(0.05);
});

describe('says nothing of', () => {
  const climbing = { latency_p95: (m: number) => noisy(0.1 + m * 0.02) };
  const objectives = { latency_p95: 0.5 };
  test.each<[string, Curves]>([
    ['latency without an objective', { values: climbing }],
    ['what grows with the load', { values: climbing, objectives, load: (m) => noisy(10 + 4 * m) }],
    ['noise', { values: { cpu_utilization: () => noisy(0.5, 0.2), error_rate: () => noisy(0.01, 0.5) } }],
    ['a level far from its limit that moves a little', { values: { cpu_utilization: (m) => 0.2 + 0.001 * m } }],
    ['a jump that stays', { values: { latency_p95: (m) => noisy(m < 15 ? 0.1 : 0.3) }, objectives }],
    ['what already is beyond its limit', { values: { error_rate: (m) => 0.06 + 0.001 * m } }],
    ['what is not known', { values: { error_rate: () => null, cpu_utilization: () => Number.NaN } }],
  ])('%s', (_, curves) => {
    expect(firstDecline(40, curves)).toBeUndefined();
  });
});

test('takes it back when the climb ends, and starts again after a clock that went back', () => {
  const watch = new DeclineWatch();
  const say = (at: number, error: number) =>
    watch.observe(at, {
      value: (name) => (name === 'error_rate' ? error : null),
      objective: () => undefined,
      load: null,
    });
  let at = 0;
  for (; at < 12 * minute; at += tick) say(at, 0.001 + (at / minute) * 0.002);
  expect(say(at, 0.025)).not.toBeNull();
  for (; at < 30 * minute; at += tick) say(at, 0.025);
  expect(say(at, 0.025)).toBeNull();
  expect(say(0, 0.04)).toBeNull();
});

import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import type { UsualState } from './beyond-usual.ts';
import { followOwnTime, type OwnTimeReading } from './slow-itself.ts';

const rng = seededRng(7);
const usual = (count: number): OwnTimeReading[] =>
  Array.from({ length: count }, () => ({ seconds: 0.06 + 0.05 * rng.next(), rate: 2 }));
const same = (count: number, reading: Partial<OwnTimeReading>) =>
  Array.from({ length: count }, () => ({ seconds: 0.08, rate: 2, ...reading }));
/** A window of half a minute of readings each five seconds goes to this value, and comes back after `count` readings. */
const trouble = (seconds: number, count: number) => [
  ...Array.from({ length: count }, (_, i) => ({
    seconds: 0.08 + Math.min(1, (i + 1) / 6) * (seconds - 0.08),
    rate: 2,
  })),
  ...Array.from({ length: 6 }, (_, i) => ({ seconds: seconds - (i / 6) * (seconds - 0.08), rate: 2 })),
];

/** The readings at which it is slow, and the first reason. */
function slowAt(readings: readonly OwnTimeReading[]): { at: number[]; why: string | undefined } {
  let state: UsualState | undefined;
  let why: string | undefined;
  const at = readings.flatMap((reading, i) => {
    const next = followOwnTime(state, reading, i * 5_000);
    state = next.state;
    why ??= next.slow;
    return next.slow === undefined ? [] : [i];
  });
  return { at, why };
}

test('ten times as slow is told within a minute, with what it was before', () => {
  const { at, why } = slowAt([...usual(120), ...trouble(0.7, 24)]);
  expect(at[0]! - 120).toBeLessThanOrEqual(12);
  expect(why).toMatch(/^own time a request \d\d\d ms for 30s, at most \d\d ms for as much work before$/);
});

test('so it is within a minute and a half when a queue that stood still and a loop have just been', () => {
  // What had waited is finished within seconds.
  const waited = (seconds: number) => trouble(seconds, 8).map((each, i) => ({ ...each, rate: i < 2 ? 1 : 4 }));
  const before = [...usual(120), ...waited(12), ...usual(20), ...waited(20), ...usual(20)];
  const { at } = slowAt([...before, ...trouble(0.7, 24)]);
  const found = at.find((i) => i >= before.length);
  expect(found! - before.length).toBeLessThanOrEqual(18);
});

test.each<[string, readonly OwnTimeReading[]]>([
  ['as usual', usual(400)],
  ['one burst, which a reading shows for half a minute', [...same(4, { seconds: 0.9 }), ...usual(20)]],
  ['twice as slow', same(60, { seconds: 0.2 })],
  ['eight times the work, which waits', same(24, { seconds: 3, rate: 16 })],
  ['not known', same(60, { seconds: null })],
])('silent: %s', (_, readings) => {
  expect(slowAt([...usual(120), ...readings]).at).toEqual([]);
});

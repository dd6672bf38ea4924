import { expect, test } from 'vitest';
import { type LatencyReading, YoungLatency } from './young-latency.ts';

const usual = { p50: 0.2, p95: 0.4, rate: 1.5 };

/** Readings every five seconds of an agent that starts slowly; the second at which it was called slow first. */
function firstSlow(from: number, then: (second: number) => Partial<LatencyReading>, everyMs = 5_000) {
  const watch = new YoungLatency();
  for (let second = 0; second < 900; second += everyMs / 1_000) {
    const start = second < 30 ? { p50: 2, p95: 4 } : {};
    const reading = { ...usual, ...start, ...(second >= from ? then(second - from) : {}) };
    const reason = watch.observe(second * 1_000, reading);
    if (reason !== undefined) return { after: second - from, reason };
  }
  return undefined;
}

/** Half a minute is read at once: its median moves after a quarter. */
const slow = (second: number) => ({ p50: second < 15 ? 0.2 : 2, p95: 4, rate: 1 });

test('ten times as slow is told within half a minute, a minute and a quarter after the start', () => {
  expect(firstSlow(130, slow)).toEqual({
    after: 25,
    reason: 'p50 latency 2 s, at most 200 ms in the minute before',
  });
});

test.each<[string, (second: number) => Partial<LatencyReading>]>([
  ['one slow request', () => ({ p95: 5 })],
  ['more work', (second) => ({ ...slow(second), rate: 3 })],
  ['twice as slow', () => ({ p50: 0.4, p95: 0.8 })],
  ['few requests', (second) => ({ ...slow(second), rate: 0.1 })],
  ['not known', () => ({ p50: null })],
  ['slower and slower in small steps', (second) => ({ p50: 0.2 * 1.004 ** second, p95: 0.4 * 1.004 ** second })],
])('silent: %s', (_, then) => {
  expect(firstSlow(130, then)).toBeUndefined();
});

test('silent: after a gap, and at an age where others know the agent', () => {
  expect(firstSlow(130, slow, 35_000)).toBeUndefined();
  expect(firstSlow(620, slow)).toBeUndefined();
});

test('it ends when the median is back', () => {
  const watch = new YoungLatency();
  const told: number[] = [];
  for (let second = 0; second < 400; second += 5) {
    const reading = second >= 100 && second < 200 ? { ...usual, p50: 2, p95: 4 } : usual;
    if (watch.observe(second * 1_000, reading) !== undefined) told.push(second);
  }
  expect([told[0], told.at(-1)]).toEqual([110, 195]);
});

import { expect, test } from 'vitest';
import { futureOf } from './future.ts';

const hour = 3_600_000;
const live = (ms: number) => ({ from: 0, to: ms, isLive: true });

test('a live chart shows the next hour, also behind a quarter of an hour; a stretch of the past has no future', () => {
  expect(futureOf(live(hour / 4))).toBe(hour);
  expect(futureOf(live(6 * hour))).toBe(hour);
  expect(futureOf({ ...live(hour / 4), isLive: false })).toBe(0);
});

test('a forecast that reaches farther is shown as far as the past beside it', () => {
  expect(futureOf(live(hour / 4), 24 * hour)).toBe(hour);
  expect(futureOf(live(12 * hour), 24 * hour)).toBe(12 * hour);
  expect(futureOf(live(48 * hour), 24 * hour)).toBe(24 * hour);
});

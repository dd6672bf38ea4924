import { expect, test } from 'vitest';
import { OfferedLoad } from './offered-load.ts';

function after(seconds: number, perSecond: number, load: OfferedLoad, from = 0): number {
  for (let second = from; second < from + seconds; second++)
    for (let i = 0; i < perSecond; i++) load.arrived(second * 1_000 + i);
  return (from + seconds) * 1_000 - 1;
}

test('is arrivals times service time over slots, above 1 under overload', () => {
  const load = new OfferedLoad({ windowMs: 10_000, now: 0 });
  expect(load.saturation(0, 1)).toBeNull();
  load.served(0.2);
  expect(load.saturation(after(20, 2, load), 1)).toBeCloseTo(0.4, 6);
  expect(load.saturation(after(10, 20, load, 20), 1)).toBeCloseTo(4, 6);
  expect(load.saturation(29_999, 2)).toBeCloseTo(2, 6);
});

test('forgets what is older than its window', () => {
  const load = new OfferedLoad({ windowMs: 10_000, now: 0 });
  load.served(0.2);
  after(10, 5, load);
  expect(load.saturation(100_000, 1)).toBe(0);
});

test('follows a change of the service time', () => {
  const load = new OfferedLoad({ windowMs: 10_000, now: 0 });
  load.served(0.2);
  for (let i = 0; i < 100; i++) load.served(2);
  expect(load.saturation(after(10, 1, load), 1)).toBeCloseTo(2, 2);
});

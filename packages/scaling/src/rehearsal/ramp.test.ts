import { expect, test } from 'vitest';
import { followNoise, rampOf } from './ramp.ts';

const minute = { leadS: 60, stepS: 10, noise: 0 };
const from = (...rates: number[]) => rampOf(rates, minute).soon;

test('growth that lasts is expected to go on until an order serves', () => {
  expect(from(100, 102, 104, 106)).toBe(106 + 7 * 2);
  expect(rampOf([100, 102, 104, 106], { ...minute, leadS: 600 })).toEqual({ soon: 106 + 13 * 2, atLead: 106 + 13 * 2 });
});

test('the smaller of the last rises counts; half again is expected at most, twice where it lasts', () => {
  expect(from(100, 100, 101, 150)).toBe(157);
  expect(from(10, 10, 20, 30, 40)).toBe(60);
  expect(from(0, 10, 20, 30, 40, 50)).toBe(100);
});

test('what has risen for long is expected to rise as long again, to no more than 45 % above now', () => {
  const risen = (steps: number, from: number) => Array.from({ length: steps + 1 }, (_, i) => from + 2 * i);
  const atLead = (rates: number[]) => rampOf(rates, { ...minute, leadS: 300 }).atLead;
  expect(atLead(risen(20, 500))).toBe(540 + 21 * 2);
  expect(atLead(risen(50, 500))).toBe(600 + 31 * 2);
  expect(atLead(risen(20, 40))).toBeCloseTo(1.45 * 80);
});

test('a jump, a pause, a fall and a young series are no ramp', () => {
  expect(from(10, 10, 10, 100)).toBe(100);
  expect(from(10, 100, 100, 100)).toBe(100);
  expect(from(10, 20, 20, 30)).toBe(30);
  expect(from(40, 30, 20, 10)).toBe(10);
  expect(from(10, 20)).toBe(20);
  expect(from()).toBe(0);
});

test('what noise alone may feign is not believed', () => {
  expect(rampOf([100, 110, 120, 130], { ...minute, noise: 4 }).soon).toBe(130 + 7 * 4);
  expect(rampOf([100, 110, 120, 130], { ...minute, noise: 7 }).soon).toBe(130);
  let steep = 5;
  for (let i = 0; i < 300; i++) steep = followNoise(steep, [10 * i, 10 * i + 10, 10 * i + 20], 10);
  expect(steep).toBeLessThan(0.001);
  let noisy = 0;
  for (let i = 0; i < 300; i++) noisy = followNoise(noisy, i % 2 === 0 ? [90, 110, 90] : [110, 90, 110], 10);
  expect(noisy).toBeCloseTo(40, 1);
});

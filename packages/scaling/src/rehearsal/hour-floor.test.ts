import { expect, test } from 'vitest';
import { HourFloor } from './hour-floor.ts';

function after(startupS: number, minutes: readonly number[]): number {
  const floor = new HourFloor(startupS);
  for (const mean of minutes) floor.observe(mean);
  return floor.value;
}

const calm = Array.from({ length: 90 }, () => 100);

test('a fall is not believed for two start-up times', () => {
  expect(after(300, [...calm, ...Array.from({ length: 10 }, () => 0)])).toBe(75);
  expect(after(300, [...calm, ...Array.from({ length: 11 }, () => 0)])).toBe(0);
  expect(after(3_600, [...calm, ...Array.from({ length: 30 }, () => 0)])).toBe(75);
  expect(after(3_600, [...calm, ...Array.from({ length: 31 }, () => 0)])).toBe(0);
});

test('what came for less than an hour is no level', () => {
  expect(after(60, calm.slice(0, 61))).toBe(0);
  expect(after(60, calm.slice(0, 62))).toBe(75);
  expect(after(60, [...calm, 10, 10, 10, ...calm.slice(0, 40)])).toBe(7.5);
});

test('a load that goes to sleep slowly stays above it', () => {
  const evening = Array.from({ length: 240 }, (_, i) => 100 * 0.995 ** i);
  expect(after(600, evening)).toBeLessThan(evening.at(-1)!);
});

import { expect, test } from 'vitest';
import { burst, constant, dailyWave, pulse, ramp, replay, step, surge } from './load-shape.ts';

test('load shapes give the rate at a time', () => {
  expect(step(1, 8, 100)(99)).toBe(1);
  expect(step(1, 8, 100)(100)).toBe(8);
  expect(ramp(0, 10, { fromMs: 0, toMs: 100 })(25)).toBe(2.5);
  expect(ramp(0, 10, { fromMs: 0, toMs: 100 })(1_000)).toBe(10);
  expect(dailyWave(2, 10)(0)).toBe(2);
  expect(dailyWave(2, 10)(43_200_000)).toBe(10);
  expect(surge(constant(3), { factor: 8, fromMs: 10, toMs: 20 })(15)).toBe(24);
  expect(surge(constant(3), { factor: 8, fromMs: 10, toMs: 20 })(20)).toBe(3);
  expect(pulse(constant(3), { factor: 2, atMs: 0 })(29_999)).toBe(6);
  expect(pulse(constant(3), { factor: 2, atMs: 0 })(30_000)).toBe(3);
  expect(burst(constant(1), { factor: 5, everyMs: 100, lengthMs: 10 })(95)).toBe(5);
  expect(burst(constant(1), { factor: 5, everyMs: 100, lengthMs: 10 })(105)).toBe(1);
  expect(replay([0, 10, 4], 1_000)(500)).toBe(5);
  expect(replay([0, 10, 4], 1_000)(9_000)).toBe(4);
  expect(replay([], 1_000)(0)).toBe(0);
});

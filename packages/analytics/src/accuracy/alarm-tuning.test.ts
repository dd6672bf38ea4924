import { expect, test } from 'vitest';
import { AlarmTuning } from './alarm-tuning.ts';

const day = 86_400_000;
const latency = { pool: 'research/writer', signal: 'latency_p95' };

test('"not a problem" asks for rarer points on like series only, and fades', () => {
  const tuning = new AlarmTuning();
  expect(tuning.leastScore(latency, 0)).toBeCloseTo(0.95, 9);
  tuning.learn([latency, latency], 'not_a_problem', 0);
  expect(tuning.leastScore(latency, 0)).toBeCloseTo(0.975, 9);
  expect(tuning.leastScore({ ...latency, pool: 'other' }, 0)).toBeCloseTo(0.95, 9);
  expect(tuning.leastScore({ ...latency, signal: 'error_rate' }, 0)).toBeCloseTo(0.95, 9);
  tuning.learn([latency], 'not_a_problem', 0);
  expect(tuning.leastScore(latency, 0)).toBeCloseTo(0.9875, 9);
  expect(tuning.leastScore(latency, 30 * day)).toBeCloseTo(0.975, 9);
});

test('"missed something" takes it back and more, within two decades; more than four are never asked for', () => {
  const tuning = new AlarmTuning();
  for (let i = 0; i < 9; i++) tuning.learn([latency], 'not_a_problem', 0);
  expect(tuning.list(0)).toEqual([{ ...latency, decades: 4 }]);
  expect(tuning.hasLowered).toBe(false);
  for (let i = 0; i < 4; i++) tuning.learn([latency], 'missed_something', 0);
  expect(tuning.list(0)).toEqual([]);
  tuning.learn([latency], 'wrong_cause', 0);
  expect(tuning.leastScore(latency, 0)).toBeCloseTo(0.95, 9);
  for (let i = 0; i < 9; i++) tuning.learn([latency], 'missed_something', 0);
  expect(tuning.list(0)).toEqual([{ ...latency, decades: -2 }]);
  expect(tuning.hasLowered).toBe(true);
  // Inside the scale between the band (0.5) and the alarm: five surprises of seven.
  expect(tuning.leastScore(latency, 0, 7)).toBeCloseTo(0.5 + (0.45 * 3) / 5, 9);
  tuning.learn([latency], 'useful', 0);
  expect(tuning.list(0)).toEqual([{ ...latency, decades: -1.75 }]);
});

test('survives a restart, without what is broken', () => {
  const tuning = new AlarmTuning();
  tuning.learn([latency], 'not_a_problem', 5);
  const back = AlarmTuning.fromJSON(JSON.parse(JSON.stringify(tuning)));
  expect(back.toJSON()).toEqual(tuning.toJSON());
  expect(AlarmTuning.fromJSON({ a: null, b: { decades: 'x', at: 1 }, c: { decades: 99, at: 1 } }).toJSON()).toEqual({});
  expect(AlarmTuning.fromJSON('x').toJSON()).toEqual({});
});

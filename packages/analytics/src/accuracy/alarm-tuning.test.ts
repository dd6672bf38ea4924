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

test('"missed something" takes it back, never below the budget; more than four decades are never asked for', () => {
  const tuning = new AlarmTuning();
  for (let i = 0; i < 9; i++) tuning.learn([latency], 'not_a_problem', 0);
  expect(tuning.list(0)).toEqual([{ ...latency, decades: 4 }]);
  for (let i = 0; i < 9; i++) tuning.learn([latency], 'missed_something', 0);
  expect(tuning.list(0)).toEqual([]);
  tuning.learn([latency], 'wrong_cause', 0);
  expect(tuning.leastScore(latency, 0)).toBeCloseTo(0.95, 9);
});

test('survives a restart, without what is broken', () => {
  const tuning = new AlarmTuning();
  tuning.learn([latency], 'not_a_problem', 5);
  const back = AlarmTuning.fromJSON(JSON.parse(JSON.stringify(tuning)));
  expect(back.toJSON()).toEqual(tuning.toJSON());
  expect(AlarmTuning.fromJSON({ a: null, b: { decades: 'x', at: 1 }, c: { decades: 99, at: 1 } }).toJSON()).toEqual({});
  expect(AlarmTuning.fromJSON('x').toJSON()).toEqual({});
});

import { poolConfigSchema } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { scalingConfig } from '../scaling-config.ts';
import { initialScalingState, restoreScalingState, type ScalingState } from '../scaling-state.ts';
import { startupOf } from './capacity.ts';
import { describeCapacity } from './describe-capacity.ts';
import { learn } from './learn.ts';
import { addStartUps, assumedStartUp, startUpQuantile } from './start-ups.ts';
import { initialWarmUp, lostToWarmUp, observeNewcomers } from './warm-up.ts';

describe('how long starts take', () => {
  test('near the slow end of the last ones, and one that got stuck is not believed for long', () => {
    let starts = addStartUps([], [20_000]);
    expect(assumedStartUp(starts)).toBe(20_000);
    starts = addStartUps(starts, [600_000]);
    expect(assumedStartUp(starts)).toBeGreaterThan(100_000);
    starts = addStartUps(starts, new Array<number>(6).fill(20_000));
    expect(assumedStartUp(starts)).toBe(20_000);
    expect(startUpQuantile(starts, 1)).toBe(600_000);
    expect(assumedStartUp(addStartUps(starts, new Array<number>(8).fill(60_000)))).toBe(60_000);
    expect(addStartUps(starts, [Number.NaN, -1, Number.POSITIVE_INFINITY])).toBe(starts);
    expect(assumedStartUp([])).toBeNull();
  });
});

/** So many starts, each looked at every 5 s for ten minutes, at half pace for their first two minutes. */
function started(count: number, paceAt: (ageMs: number) => number) {
  let warmUp = initialWarmUp();
  for (let i = 0; i < count; i++)
    for (let ageMs = 0; ageMs < 600_000; ageMs += 5_000)
      warmUp = observeNewcomers(warmUp, [{ ageMs, pace: paceAt(ageMs) }]);
  return warmUp;
}

describe('warming up', () => {
  const cold = (ageMs: number) => (ageMs < 120_000 ? 0.5 : 1);

  test('half pace for two minutes is a minute lost, once enough were seen', () => {
    expect(lostToWarmUp(started(20, cold))).toBeCloseTo(60_000, -3);
    expect(lostToWarmUp(started(2, cold))).toBe(0);
    expect(lostToWarmUp(started(20, () => 1))).toBe(0);
    expect(lostToWarmUp(started(20, (ageMs) => (ageMs < 240_000 ? 1 : 0.5)))).toBe(0);
  });

  test('noise is no warming up, and nothing odd is learned', () => {
    expect(lostToWarmUp(started(20, (ageMs) => (ageMs % 10_000 === 0 ? 0.6 : 1.4)))).toBe(0);
    let warmUp = initialWarmUp();
    for (const pace of [Number.NaN, -1, Number.POSITIVE_INFINITY])
      warmUp = observeNewcomers(warmUp, [{ ageMs: 0, pace }]);
    expect(warmUp).toEqual(initialWarmUp());
  });
});

describe('what is told of it', () => {
  const pool = { name: 'p', replicas: { min: 1, max: 10 } };
  const config = scalingConfig(poolConfigSchema.parse(pool), { intervalMs: 5_000 });

  test('first what is missing, then all of it, and it outlives JSON', () => {
    let state: ScalingState = initialScalingState();
    expect(describeCapacity(config, state).reason).toMatch(/not known yet.*none was seen yet/);
    const replicas = { ready: 2, pending: 0, draining: 0 };
    for (let i = 0; i < 200; i++) {
      const now = 1_000_000 + i * 5_000;
      const signals = {
        throughput: { value: 20, at: now },
        cpu_utilization: { value: 1, at: now },
        queue_length: { value: 50, at: now },
      };
      const newcomers = [{ ageMs: (i % 24) * 5_000, pace: 0.5 }];
      state = learn(state, { signals, replicas, newcomers, startupsMs: i < 40 && i % 4 === 0 ? [18_000] : [] }, now);
    }
    state = restoreScalingState(JSON.parse(JSON.stringify(state)));
    const told = describeCapacity(config, state);
    expect(told).toMatchObject({ source: 'learned', starts: { seen: 10, medianMs: 18_000 } });
    expect(told.perReplica).toBeCloseTo(10);
    expect(told.warmUpMs).toBeCloseTo(60_000, -3);
    expect(told.reason).toBe(
      'a replica serves 10 requests/s (learned while it did all it could); a start: half of the last 10 took up to 18s, the slowest 18s; a new one is slower at first, as if it came 1m later',
    );
    expect(startupOf({ ...config, startupMs: 30_000 }, state)).toBeCloseTo(90_000, -3);
  });
});

import type { Signals } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { defaultScaleDown, defaultScaleUp, policySettings, type ScalingConfig } from '../scaling-config.ts';
import { initialScalingState, restoreScalingState, type ScalingState } from '../scaling-state.ts';
import { capacityOf } from './capacity.ts';
import { learn, type Observation } from './learn.ts';

const config: ScalingConfig = {
  minReplicas: 1,
  maxReplicas: 10,
  capacityPerReplica: null,
  startupMs: null,
  objectives: [],
  policy: policySettings('balanced'),
  predictive: 'off',
  scaleUp: defaultScaleUp,
  scaleDown: defaultScaleDown,
  schedules: [],
  pricePerReplicaHour: null,
  budgetPerHour: null,
  budgetPerDay: null,
  constraints: { redundancy: 0, spare: 0, maxStep: null, zones: null },
  placement: null,
  tolerance: 0.1,
  intervalMs: 5_000,
  staleAfterMs: 30_000,
  isDownWindowOurs: true,
  isUpRateOurs: true,
  waitMs: 10_000,
  problems: [],
};

function watch(
  state: ScalingState,
  o: { from: number; seconds: number; ready: number; values: Record<string, number> },
) {
  let next = state;
  for (let s = 0; s < o.seconds; s += 5) {
    const now = (o.from + s) * 1_000;
    const signals = Object.fromEntries(Object.entries(o.values).map(([name, value]) => [name, { value, at: now }]));
    const replicas = { ready: o.ready, pending: 0, draining: 0 };
    next = learn(next, { signals: signals as Signals, replicas } satisfies Observation, now);
  }
  return next;
}

describe('what is learned of a pool', () => {
  const saturated = { throughput: 24, request_rate: 40, queue_length: 100, cpu_utilization: 1 };

  test('capacity from a saturated stretch, and not before its window is whole', () => {
    const early = watch(initialScalingState(), { from: 0, seconds: 30, ready: 3, values: saturated });
    expect(early.capacity.samples).toBe(0);
    const state = watch(initialScalingState(), { from: 0, seconds: 300, ready: 3, values: saturated });
    expect(capacityOf(config, state)).toEqual({ perReplica: 8, source: 'learned' });
  });

  test('capacity from how much replicas say is in use, long before they ever were full', () => {
    const calm = { throughput: 8, request_rate: 8, queue_length: 0, cpu_utilization: 0.02 };
    let state = watch(initialScalingState(), { from: 0, seconds: 60, ready: 2, values: { ...calm, saturation: 0.1 } });
    expect(capacityOf(config, state)).toBeNull();
    // A gauge that shows nothing or one of two in use by turns.
    for (let s = 60; s < 300; s += 10) {
      state = watch(state, { from: s, seconds: 5, ready: 2, values: { ...calm, saturation: 0 } });
      state = watch(state, { from: s + 5, seconds: 5, ready: 2, values: { ...calm, saturation: 0.2 } });
    }
    expect(capacityOf(config, state)?.source).toBe('utilization');
    expect(capacityOf(config, state)?.perReplica).toBeCloseTo(40, -1);
    // Fully used for once, what was seen counts; saturation may be concluded from it from now on.
    const full = { ...calm, throughput: 60, request_rate: 80, queue_length: 100, cpu_utilization: 1, saturation: 1 };
    state = watch(state, { from: 300, seconds: 120, ready: 2, values: full });
    expect(capacityOf(config, state)).toEqual({ perReplica: 30, source: 'learned' });
    expect(watch(state, { from: 420, seconds: 60, ready: 2, values: { ...calm, saturation: 1 } }).capacity.use).toEqual(
      state.capacity.use,
    );
  });

  test('nothing while a replica warms up, also when their number is what it was before a restart', () => {
    const before = watch(initialScalingState(), { from: 10, seconds: 60, ready: 1, values: { throughput: 0 } });
    const signals: Signals = Object.fromEntries(
      Object.entries({ throughput: 0.4, cpu_utilization: 0.6 }).map(([name, value]) => [name, { value, at: 600_000 }]),
    );
    const replicas = { ready: 1, pending: 0, draining: 0 };
    const restarted = learn(before, { signals, replicas, startupsMs: [1_500] }, 600_000);
    expect(restarted.capacity.byUtilization).toBeNull();
    expect(capacityOf(config, restarted)).toBeNull();
  });

  test('from use in calm where nothing waits, and nothing from a rate that is not of arrivals', () => {
    const calm = { request_rate: 28, queue_length: 0, cpu_utilization: 0.7 };
    const state = watch(initialScalingState(), { from: 0, seconds: 300, ready: 4, values: calm });
    expect(capacityOf(config, state)?.perReplica).toBeCloseTo(10, 5);
    // Answers are counted: as many as four can, while twelve more a second wait each second.
    let flooded = state;
    for (let s = 300; s < 600; s += 5) {
      const values = { request_rate: 40, queue_length: 12 * (s - 295), cpu_utilization: 1 };
      flooded = watch(flooded, { from: s, seconds: 5, ready: 4, values });
    }
    expect(capacityOf(config, flooded)?.perReplica).toBeGreaterThan(9.5);
  });

  test('a bad hour moves it little, a better one much', () => {
    const state = watch(initialScalingState(), { from: 0, seconds: 600, ready: 3, values: saturated });
    const bad = watch(state, { from: 600, seconds: 600, ready: 3, values: { ...saturated, throughput: 6 } });
    expect(bad.capacity.perReplica).toBeGreaterThan(5);
    const good = watch(state, { from: 600, seconds: 120, ready: 3, values: { ...saturated, throughput: 30 } });
    expect(good.capacity.perReplica).toBeGreaterThan(9.5);
  });

  test('nothing from a pool with room but a lower bound, and what its utilization suggests', () => {
    const values = { throughput: 12, request_rate: 12, queue_length: 0, cpu_utilization: 0.5 };
    const state = watch(initialScalingState(), { from: 0, seconds: 300, ready: 3, values });
    expect(state.capacity.perReplica).toBeNull();
    expect(capacityOf(config, state)).toEqual({ perReplica: 8, source: 'utilization' });
  });

  test('failing requests teach nothing', () => {
    const values = { ...saturated, error_rate: 0.5 };
    expect(watch(initialScalingState(), { from: 0, seconds: 300, ready: 3, values }).capacity.samples).toBe(0);
  });

  test('few long jobs: the luckiest half minute is no capacity', () => {
    const random = seededRng(3);
    const ends: number[] = [];
    for (const worker of [1, 2]) for (let at = worker; at < 14_400; at += random.exponential(40)) ends.push(at);
    let state = initialScalingState();
    for (let t = 5; t < 14_400; t += 5) {
      const throughput = ends.filter((at) => at > t - 30 && at <= t).length / 30;
      const values = { throughput, queue_length: 100, cpu_utilization: 1 };
      state = watch(state, { from: t, seconds: 5, ready: 2, values });
    }
    expect(capacityOf(config, state)!.perReplica).toBeGreaterThan(0.02);
    expect(capacityOf(config, state)!.perReplica).toBeLessThan(0.035);
  });

  test('what is configured is corrected down by half at most, and never up', () => {
    const learned = (throughput: number) =>
      watch(initialScalingState(), { from: 0, seconds: 600, ready: 3, values: { ...saturated, throughput } });
    const configured = { ...config, capacityPerReplica: 10 };
    expect(capacityOf(configured, learned(24))?.perReplica).toBeCloseTo(8);
    expect(capacityOf(configured, learned(6))?.perReplica).toBe(5);
    expect(capacityOf(configured, learned(60))).toEqual({ perReplica: 10, source: 'configured' });
    expect(capacityOf({ ...config, capacityPerReplica: 0 }, initialScalingState())).toBeNull();
  });

  test('start-up time leans to the slow side', () => {
    let state = initialScalingState();
    const replicas = { ready: 1, pending: 0, draining: 0 };
    for (let i = 0; i < 50; i++) {
      const startupsMs = [i % 2 === 0 ? 10_000 : 30_000, Number.NaN, -5];
      state = learn(state, { signals: {}, replicas, startupsMs }, i * 1_000);
    }
    expect(state.capacity.startupMs).toBe(30_000);
    expect(state.capacity.startUps).toHaveLength(32);
  });

  test('the state survives JSON, and anything else gives a fresh one', () => {
    const state = watch(initialScalingState(), { from: 0, seconds: 300, ready: 3, values: saturated });
    expect(restoreScalingState(JSON.parse(JSON.stringify(state)))).toEqual(state);
    for (const broken of [null, 7, 'x', [], {}, { version: 2 }]) {
      expect(restoreScalingState(broken)).toEqual(initialScalingState());
    }
  });
});

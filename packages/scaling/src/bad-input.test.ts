import { parseConfig, poolConfigSchema, type SignalName, type SignalValue, signalNames } from '@jaegis/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { learn } from './capacity/learn.ts';
import { decide } from './decide.ts';
import { scalingConfig } from './scaling-config.ts';
import { initialScalingState } from './scaling-state.ts';
import type { PoolSnapshot } from './snapshot.ts';

const now = 1_800_000_000_000;

function errorOf(pool: object): string {
  const result = parseConfig({ pools: [{ name: 'reader', ...pool }] });
  return result.ok ? '' : result.error;
}

function snapshotOf(pool: object, signals: PoolSnapshot['signals'], o: Partial<PoolSnapshot> = {}): PoolSnapshot {
  const config = scalingConfig({
    ...poolConfigSchema.parse({ name: 'reader', replicas: { min: 1, max: 20 } }),
    ...pool,
  });
  return {
    pool: 'reader',
    config,
    signals,
    replicas: { ready: 6, pending: 0, draining: 0 },
    forecast: null,
    spentToday: null,
    targetHealthy: true,
    mode: 'auto',
    ...o,
  };
}

describe('a mistake in the configuration is named', () => {
  test.each([
    [{ capacity: { requests_per_second: 0 } }, 'capacity.requests_per_second is 0, '],
    [{ capacity: { requests_per_second: -3 } }, 'capacity.requests_per_second is -3, '],
    [{ objectives: [{ signal: 'cpu_utilization', target: 0 }] }, 'objectives.0.target is 0, '],
    [{ objectives: [{ signal: 'latency_p95', target: '0s' }] }, 'objectives.0.target is "0s", '],
    [{ replicas: { min: 5, max: 3 } }, 'replicas.min is 5, must be <= replicas.max (3)'],
    [{ cost: { per_replica_hour: -1 } }, 'cost.per_replica_hour is -1, '],
  ])('%j', (pool, wanted) => {
    expect(errorOf(pool)).toContain(`Cannot parse pool "reader": ${wanted}`);
  });
});

test('replicas that never become ready: how long is said once two start-up times have passed, and forgotten when one serves', () => {
  const pool = { capacity: { requests_per_second: 10 }, startup: 60_000 };
  let state = initialScalingState();
  const messageAt = (seconds: number, replicas: { ready: number; pending: number }): string => {
    const at = now + seconds * 1_000;
    const snapshot = snapshotOf(pool, { request_rate: { value: 48, at } }, { replicas: { ...replicas, draining: 0 } });
    const result = decide(snapshot, learn(state, { ...snapshot, staleAfterMs: 30_000 }, at), at);
    state = result.state;
    return result.decision.message;
  };
  for (let s = 0; s <= 600; s += 10) {
    const message = messageAt(s, { ready: 3, pending: s < 60 ? 0 : 4 });
    if (s === 180) expect(message).not.toContain('became ready');
    if (s === 600) expect(message).toContain('4 on the way were counted; none became ready for 9m (a start takes 1m)');
  }
  expect(messageAt(610, { ready: 4, pending: 3 })).not.toContain('became ready');
});

describe('what gets through all the same is degraded, never followed', () => {
  test('a capacity of zero is a capacity that is not known', () => {
    const pool = { capacity: { requests_per_second: 0 } };
    const signals = { request_rate: { value: 30, at: now }, cpu_utilization: { value: 0.5, at: now } };
    const { decision } = decide(snapshotOf(pool, signals), initialScalingState(), now);
    expect(decision.inputs.capacityPerReplica).toBeNull();
    expect(decision.to).toBeLessThanOrEqual(6);
    expect(decision.to).toBeGreaterThanOrEqual(1);
  });

  test('a target of zero is no objective', () => {
    const pool = { objectives: [{ signal: 'queue_length', target: 0 }], capacity: { requests_per_second: 10 } };
    const signals = { request_rate: { value: 48, at: now }, queue_length: { value: 0, at: now } };
    const { decision } = decide(snapshotOf(pool, signals), initialScalingState(), now);
    expect(decision).toMatchObject({ from: 6, to: 6 });
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'every signal that is %d holds, with its name',
    (value) => {
      for (const name of signalNames) {
        const pool = { capacity: { requests_per_second: 10 }, objectives: [{ signal: name, target: 1 }] };
        // The first time it is there as it should be: from then on it is known to exist.
        const first = {
          request_rate: { value: 48, at: now },
          [name]: { value: name === 'request_rate' ? 48 : 0.5, at: now },
        };
        const state = decide(snapshotOf(pool, first), initialScalingState(), now).state;
        const later = now + 15_000;
        const signals = { request_rate: { value: 1, at: later }, [name]: { value, at: later } };
        const held = decide(snapshotOf(pool, signals), state, later).decision;
        expect(held.to, name).toBeGreaterThanOrEqual(held.from);
        expect(held.message, name).toContain(`${name} is ${value}`);
        expect(notFinite(held)).toEqual([]);
      }
    },
  );
});

/** Paths of numbers that are none. */
function notFinite(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => notFinite(each, `${path}.${key}`));
}

/** Any garbage, any jump of the clock, any forgetting: a whole number within bounds, with a reason, in finite numbers. */
test('nothing that comes in makes a decision that is none', () => {
  const value = fc.oneof(
    fc.double({ min: 0, max: 1e6, noNaN: true }),
    fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY, Number.MAX_VALUE, 0, 5e-324, null),
  );
  const signals = fc.dictionary(fc.constantFrom(...signalNames), value, { maxKeys: 8 });
  const round = fc.record({
    signals,
    ageMs: fc.integer({ min: -100_000, max: 100_000 }),
    stepMs: fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: -90_000_000, max: 90_000_000 })),
    ready: fc.integer({ min: 0, max: 30 }),
    pending: fc.integer({ min: 0, max: 30 }),
    spent: value,
    isHealthy: fc.boolean(),
    forgets: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(round, { minLength: 5, maxLength: 40 }), fc.boolean(), (rounds, isKnown) => {
      const pool = {
        replicas: { min: 1, max: 20 },
        ...(isKnown ? { capacity: { requests_per_second: 10 } } : {}),
        objectives: [{ signal: 'latency_p95' as const, target: 0.5, activation: undefined }],
        cost: { per_replica_hour: 1, budget_per_day: 100 },
      };
      let state = initialScalingState();
      let at = now;
      for (const each of rounds) {
        at += each.stepMs;
        const seen: Partial<Record<SignalName, SignalValue>> = {};
        for (const [name, found] of Object.entries(each.signals))
          seen[name as SignalName] = { value: found, at: at - each.ageMs };
        const replicas = { ready: each.ready, pending: each.pending, draining: 0 };
        const o = { replicas, spentToday: each.spent, targetHealthy: each.isHealthy };
        if (each.forgets) state = initialScalingState();
        const result = decide(snapshotOf(pool, seen, o), learn(state, { signals: seen, replicas }, at), at);
        state = result.state;
        const { from, to, message } = result.decision;
        expect(Number.isInteger(to)).toBe(true);
        if (to !== from) {
          expect(to).toBeGreaterThanOrEqual(1);
          expect(to).toBeLessThanOrEqual(20);
          expect(each.isHealthy).toBe(true);
        }
        expect(message).not.toMatch(/undefined|^$/);
        // JSON has no NaN and no infinity: what is kept would not come back as it was.
        expect(notFinite(result.decision)).toEqual([]);
      }
    }),
    { numRuns: 150 },
  );
});

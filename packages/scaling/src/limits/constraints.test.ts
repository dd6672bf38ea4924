import { poolConfigSchema, poolModes, type SignalName, type SignalValue } from '@jaegis/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { learn } from '../capacity/learn.ts';
import { decide } from '../decide.ts';
import { scalingConfig } from '../scaling-config.ts';
import { initialScalingState } from '../scaling-state.ts';
import { limitQuota } from './quota.ts';
import { coverLosses } from './redundancy.ts';

const constraints = { redundancy: 0, spare: 0, maxStep: null, zones: null };
const zonesOf = (count: number) => ({
  names: Array.from({ length: count }, (_, i) => `zone-${i}`),
  min: 0,
  survivesLoss: true,
});

describe('what may be lost', () => {
  test('the fullest of z zones: enough are left, and one fewer would not do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 2, max: 12 }), (needed, count) => {
        const { desired } = coverLosses({ desired: 0, needed, constraints: { ...constraints, zones: zonesOf(count) } });
        const left = (n: number) => n - Math.ceil(n / count);
        expect(left(desired)).toBeGreaterThanOrEqual(needed);
        expect(left(desired - 1)).toBeLessThan(needed);
      }),
    );
  });

  test('what is asked for already is left alone, and nothing needed needs no spare', () => {
    expect(coverLosses({ desired: 9, needed: 4, constraints: { ...constraints, spare: 2 } }).desired).toBe(9);
    expect(coverLosses({ desired: 0, needed: 0, constraints: { ...constraints, spare: 2 } }).desired).toBe(0);
    expect(coverLosses({ desired: 3, needed: null, constraints: { ...constraints, spare: 2 } }).desired).toBe(3);
  });
});

describe('a shared quota', () => {
  const quotas = [
    { name: 'licences', limit: 40, left: 30 },
    { name: 'gpus', limit: 10, left: 4 },
  ];
  const limit = (desired: number, current: number, isMeasured = true) =>
    limitQuota({ desired, current, min: 2, isMeasured, quotas });

  test('the tightest counts, by name', () => {
    expect(limit(9, 3)).toMatchObject({ desired: 4, step: { reason: 'QuotaExceeded' } });
    expect(limit(9, 3).step!.message).toBe('9 are wanted, quota gpus (10) leaves 4 for this pool');
  });

  test('others took it: gives back what is over, but not what nobody can see, and never below the minimum', () => {
    expect(limit(7, 7).desired).toBe(4);
    expect(limit(7, 7, false).desired).toBe(7);
    const none = [{ name: 'gpus', limit: 10, left: 0 }];
    expect(limitQuota({ desired: 7, current: 7, min: 2, isMeasured: true, quotas: none }).desired).toBe(2);
  });
});

const signal = fc.option(
  fc.oneof(fc.double({ min: 0, max: 500, noNaN: true }), fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY)),
  { nil: null },
);

const made = fc.record({
  min: fc.integer({ min: 0, max: 5 }),
  room: fc.integer({ min: 6, max: 60 }),
  redundancy: fc.integer({ min: 1, max: 6 }),
  spare: fc.integer({ min: 0, max: 3 }),
  maxStep: fc.integer({ min: 1, max: 8 }),
  zones: fc.integer({ min: 2, max: 5 }),
  perHour: fc.integer({ min: 5, max: 40 }),
  mode: fc.constantFrom(...poolModes),
  rounds: fc.array(
    fc.record({
      request_rate: signal,
      queue_length: signal,
      cpu_utilization: signal,
      quota: fc.integer({ min: 0, max: 60 }),
      healthy: fc.boolean(),
      arrives: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  ),
});

/** Whatever is measured, forgotten, refused or broken: what is hard stays hard, and a number that stays or moves has a reason. */
test('no sequence of observations breaks a constraint', () => {
  fc.assert(
    fc.property(made, (o) => {
      const max = o.min + o.room;
      const pool = poolConfigSchema.parse({
        name: 'reader',
        replicas: { min: o.min, max },
        capacity: { requests_per_second: 10 },
        constraints: {
          redundancy: o.redundancy,
          spare: o.spare,
          max_step: o.maxStep,
          zones: { names: zonesOf(o.zones).names, min: 2, survive_loss: true },
        },
        cost: { per_replica_hour: 1, budget_per_hour: o.perHour + o.min },
      });
      const config = scalingConfig(pool);
      let state = initialScalingState();
      let ready = o.min;
      let now = 1_800_000_000_000;
      for (const round of o.rounds) {
        now += 15_000;
        const signals: Partial<Record<SignalName, SignalValue>> = {};
        for (const name of ['request_rate', 'queue_length', 'cpu_utilization'] as const)
          if (round[name] !== null) signals[name] = { value: round[name], at: now };
        const replicas = { ready, pending: 0, draining: 0 };
        const snapshot = {
          pool: 'reader',
          config,
          signals,
          replicas,
          forecast: null,
          spentToday: null,
          quotas: [{ name: 'shared', limit: 60, left: round.quota }],
          targetHealthy: round.healthy,
          mode: o.mode,
        };
        const result = decide(snapshot, learn(state, { signals, replicas }, now), now);
        state = result.state;
        const { from, to, reason, message, limits } = result.decision;
        expect(Number.isInteger(to)).toBe(true);
        expect(message).not.toBe('');
        expect(reason).not.toBe('');
        expect(Math.abs(to - from)).toBeLessThanOrEqual(o.maxStep);
        if (o.mode === 'paused' || o.mode === 'recommend' || (o.mode === 'paused-in' && to < from))
          expect(to).toBe(from);
        if (o.mode === 'paused-in') expect(to).toBeGreaterThanOrEqual(from);
        if (o.mode === 'paused-out') expect(to).toBeLessThanOrEqual(from);
        if (to > from) {
          expect(to).toBeLessThanOrEqual(max);
          expect(to).toBeLessThanOrEqual(o.perHour + o.min);
          expect(to).toBeLessThanOrEqual(Math.max(o.min, round.quota));
          // What is asked for and not reached is said: the floor gives way to lids and to the step only.
          if (to < o.redundancy) expect(limits.some((each) => each.to < each.from)).toBe(true);
        }
        if (to < from && to > 0 && to < Math.min(o.redundancy, max))
          expect(limits.some((each) => each.reason === 'QuotaExceeded' || each.reason === 'BudgetExceeded')).toBe(true);
        if (round.arrives) ready = to;
      }
    }),
    { numRuns: 200 },
  );
});

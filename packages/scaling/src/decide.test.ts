import { poolConfigSchema, type Signals } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { recordRefusal } from './change-history.ts';
import { decide } from './decide.ts';
import { scalingConfig } from './scaling-config.ts';
import { initialScalingState } from './scaling-state.ts';
import type { PoolSnapshot } from './snapshot.ts';

const now = 1_700_000_000_000;

function snapshot(o: { signals?: Record<string, number | null>; ready?: number; pending?: number; pool?: object }) {
  const pool = poolConfigSchema.parse({
    name: 'reader',
    replicas: { min: 1, max: 40 },
    capacity: { requests_per_second: 8.75 },
    startup: '20s',
    ...o.pool,
  });
  const signals = Object.fromEntries(
    Object.entries(o.signals ?? {}).map(([name, value]) => [name, { value, at: now }]),
  ) as Signals;
  const result: PoolSnapshot = {
    pool: 'reader',
    config: scalingConfig(pool),
    signals,
    replicas: { ready: o.ready ?? 2, pending: o.pending ?? 0, draining: 0 },
    forecast: null,
    spentToday: null,
    targetHealthy: true,
    mode: pool.mode,
  };
  return result;
}

describe('a decision', () => {
  test('says in one sentence what it did and why', () => {
    const { decision } = decide(snapshot({ signals: { request_rate: 34 }, pending: 0 }), initialScalingState(), now);
    expect(decision).toMatchObject({ from: 2, to: 5, reason: 'ScaledUp' });
    expect(decision.message).toBe('ordered 3 more (2 -> 5): 34 requests/s arrive, one replica serves 7/s at 80 % use');
  });

  test('does not order again what is on its way', () => {
    const { decision } = decide(
      snapshot({ signals: { request_rate: 34 }, ready: 2, pending: 3 }),
      initialScalingState(),
      now,
    );
    expect(decision).toMatchObject({ from: 5, to: 5, reason: 'CapacityOnTheWay' });
  });

  test('never turns a missing signal into a zero', () => {
    const { decision } = decide(snapshot({ signals: { request_rate: null }, ready: 7 }), initialScalingState(), now);
    expect(decision).toMatchObject({ to: 7, reason: 'NoData' });
  });

  test('says where the replicas are to run, at what cost, and cuts what regions have no room for', () => {
    const pool = {
      replicas: { min: 1, max: 40 },
      regions: [
        { name: 'eu', price: 0.2, capacity: 3, tags: ['gdpr'], latency: '20ms' },
        { name: 'us', price: 0.1, latency: '90ms' },
        { name: 'ch', price: 0.5, capacity: 1, tags: ['gdpr'], latency: '30ms' },
      ],
      placement: { require: ['gdpr'] },
    };
    const { decision } = decide(snapshot({ signals: { request_rate: 34 }, pool }), initialScalingState(), now);
    expect(decision).toMatchObject({ to: 4, limits: [{ reason: 'RegionsFull', from: 5, to: 4 }] });
    expect(decision.placement!.regions.map(({ name, replicas }) => [name, replicas])).toEqual([
      ['eu', 3],
      ['ch', 1],
    ]);
    expect(decision.placement!.leftOut).toEqual([{ name: 'us', reason: 'has not gdpr', was: 0 }]);
    expect(decision.predicted.costPerHour).toBeCloseTo(1.1);
  });

  test('what is there to be lost is counted from what is needed, never from what runs', () => {
    const constraints = { spare: 1, zones: { names: ['a', 'b'], survive_loss: true } };
    let state = initialScalingState();
    let ready = 4;
    for (let i = 0; i < 40; i++) {
      const at = now + i * 15_000;
      const signals = { queue_length: { value: 60, at }, throughput: { value: 17, at } };
      const pool = { objectives: [{ signal: 'queue_length', target: 10 }], constraints };
      const given = { ...snapshot({ ready, pool }), signals };
      const plain = { ...snapshot({ ready, pool: { objectives: pool.objectives } }), signals };
      const without = decide(plain, state, at).decision;
      const { decision, state: next } = decide(given, state, at);
      // 17/s at 8.75 each: two serve, one more, two more for a zone.
      expect(decision.to).toBeLessThanOrEqual(Math.max(without.to, 4, ready));
      state = next;
      ready = decision.to;
    }
  });

  test('moves what runs where it may not, without another number', () => {
    const pool = { regions: [{ name: 'eu' }, { name: 'us' }], placement: { forbid: ['us'] } };
    const given = { ...snapshot({ signals: { request_rate: 13 }, pool }), placed: { us: 1, eu: 1 } };
    const { decision } = decide(given, initialScalingState(), now);
    expect(decision).toMatchObject({ from: 2, to: 2, reason: 'Moved' });
    const settled = decide({ ...given, placed: { eu: 2 } }, initialScalingState(), now);
    expect(settled.decision.reason).toBe('Steady');
  });

  test('keeps a state that survives JSON', () => {
    const first = decide(snapshot({ signals: { request_rate: 34 } }), initialScalingState(), now);
    expect(JSON.parse(JSON.stringify(first.state))).toEqual(first.state);
  });

  test('goes on where it was when the clock is set back by a day', () => {
    let state = initialScalingState();
    const at = (time: number, rate: number) => {
      const given = snapshot({ signals: { request_rate: rate }, ready: 5 });
      const signals = { request_rate: { value: rate, at: time } };
      const result = decide({ ...given, signals }, state, time);
      state = result.state;
      return result.decision;
    };
    for (let i = 0; i < 60; i++) at(now + 86_400_000 + i * 5_000, 34);
    expect(at(now, 34)).toMatchObject({ at: now, to: 5, reason: 'Steady' });
    for (let i = 1; i < 60; i++) at(now + i * 5_000, 7);
    expect(state.desired).toBe(5);
    expect(at(now + 301_000, 7)).toMatchObject({ to: 1, reason: 'ScaledDown' });
  });

  test('leaves a target alone that refused, a little longer each time', () => {
    let state = initialScalingState();
    const orders: number[] = [];
    for (let s = 0; s <= 300; s += 5) {
      const given = snapshot({ ready: 2 });
      const signals = { request_rate: { value: 34, at: now + s * 1_000 } };
      const result = decide({ ...given, signals }, state, now + s * 1_000);
      state = result.state;
      if (result.decision.to > result.decision.from) {
        orders.push(s);
        state = recordRefusal(state, 2);
      } else expect(result.decision.reason).toBe('TargetUnavailable');
    }
    expect(orders).toEqual([0, 15, 45, 105, 165, 225, 285]);
  });

  test('orders again what was ordered and never came', () => {
    let state = initialScalingState();
    const orders: number[] = [];
    for (let s = 0; s <= 120; s += 5) {
      const signals = { request_rate: { value: 34, at: now + s * 1_000 } };
      const result = decide({ ...snapshot({ ready: 2 }), signals }, state, now + s * 1_000);
      state = result.state;
      if (result.decision.to > result.decision.from) orders.push(s);
    }
    expect(orders).toEqual([0, 50]);
  });

  test('stays quick with 10,000 replicas and keeps a small memory', () => {
    let state = initialScalingState();
    for (let i = 0; i < 2_000; i++) {
      const time = now + i * 5_000;
      const rate = 50_000 + 20_000 * Math.sin(i / 50) + ((i * 7919) % 1_000);
      const given = snapshot({ ready: state.desired ?? 8_000, pool: { replicas: { min: 1, max: 10_000 } } });
      state = decide({ ...given, signals: { request_rate: { value: rate, at: time } } }, state, time).state;
    }
    expect(JSON.stringify(state).length).toBeLessThan(20_000);
  });
});

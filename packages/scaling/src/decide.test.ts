import { poolConfigSchema, type Signals } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
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

  test('keeps a state that survives JSON', () => {
    const first = decide(snapshot({ signals: { request_rate: 34 } }), initialScalingState(), now);
    expect(JSON.parse(JSON.stringify(first.state))).toEqual(first.state);
  });
});

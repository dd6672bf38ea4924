import { expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import type { PoolEntry } from './pool-book.ts';
import { victimsOf } from './victims.ts';

interface Made {
  readonly connectivity?: string;
  readonly health?: string;
  readonly status?: string;
  readonly inFlight?: number;
  readonly queue?: number;
  readonly throughput?: number;
  readonly startedAt: number;
}

function order(made: Readonly<Record<string, Made>>, zones?: { survivesLoss: boolean }): ReturnType<typeof victimsOf> {
  const fleet = {
    registry: {
      get: (id: string) => ({
        connectivity: made[id]!.connectivity ?? 'live',
        health: made[id]!.health ?? 'healthy',
        status: made[id]!.status ?? 'ok',
      }),
    },
    signals: {
      agent: (id: string) => ({
        signals: {
          in_flight: { value: made[id]!.inFlight ?? 0, at: 0 },
          queue_length: { value: made[id]!.queue ?? null, at: 0 },
          throughput: { value: made[id]!.throughput ?? null, at: 0 },
        },
      }),
    },
  } as unknown as Fleet;
  const instances = Object.entries(made).map(([instanceId, { startedAt }]) => ({ instanceId, startedAt }));
  const scaling = { constraints: { zones: zones ?? null } };
  return victimsOf(fleet, { observation: { instances }, scaling } as unknown as PoolEntry);
}

test('silent, unwell, idle and useless, idle, busy: in this order, the youngest of equals first', () => {
  expect(
    order({
      busiest: { inFlight: 3, queue: 9, startedAt: 1 },
      busy: { inFlight: 1, startedAt: 9 },
      useful: { throughput: 8, startedAt: 9 },
      useless: { throughput: 0.5, startedAt: 1 },
      old: { throughput: 8, startedAt: 2 },
      unwell: { health: 'unhealthy', inFlight: 2, startedAt: 1 },
      silent: { connectivity: 'lost', inFlight: 5, startedAt: 1 },
    }).victims,
  ).toEqual(['silent', 'unwell', 'useless', 'useful', 'old', 'busy', 'busiest']);
});

test('who only says that it is busy is not taken while an idle one is there, however young', () => {
  expect(
    order({
      young: { status: 'busy', startedAt: 9 },
      holding: { status: 'ok', inFlight: 2, startedAt: 8 },
      idle: { throughput: 5, startedAt: 1 },
    }).victims,
  ).toEqual(['idle', 'young', 'holding']);
});

test('the busy are told apart, but not where zones must be even to survive the loss of one', () => {
  const made = {
    idle: { startedAt: 1 },
    busy: { status: 'busy', startedAt: 2 },
    silent: { connectivity: 'lost', inFlight: 5, startedAt: 3 },
  };
  expect(order(made, { survivesLoss: false }).busy).toEqual(['busy']);
  expect(order(made, { survivesLoss: true })).toEqual({ victims: ['silent', 'idle', 'busy'] });
});

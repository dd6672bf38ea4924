import { heartbeatSchema } from '@jaegis/model';
import type { Target } from '@jaegis/targets';
import { describe, expect, test } from 'vitest';
import type { Fault } from './fault.ts';
import { constant } from './load-shape.ts';
import { createWorld, type World } from './world.ts';

const second = 1_000;

function pool(faults: readonly Fault[] = [], rate = 4): World {
  return createWorld({ seed: 7, pools: [{ name: 'p', initial: 5, capacity: 1, load: constant(rate) }], faults });
}

function live(world: World, seconds: number) {
  return world.advanceTo(world.startMs + seconds * second);
}

describe('a made world', () => {
  test('serves what comes in and says so in spans and heartbeats', () => {
    const world = pool();
    const { spans, heartbeats } = live(world, 60);
    expect(spans.length).toBeGreaterThan(180);
    expect(new Set(spans.map((span) => span.spanId)).size).toBe(spans.length);
    expect(heartbeats.length).toBe(5 * 13);
    for (const beat of heartbeats) expect(heartbeatSchema.safeParse(beat).success).toBe(true);
    expect(world.signals('p').request_rate!.value).toBeGreaterThan(3);
    const { arrived, answered, waiting } = world.truth('p');
    expect(arrived - answered - waiting).toBeLessThanOrEqual(5);
  });

  test('orders become ready after the start-up time, and those given back finish first', async () => {
    const world = pool();
    const target = world.targets.get('p')!;
    live(world, 10);
    const receipt = await target.scale(8, { now: 0, reason: 'test' });
    expect(receipt.started).toHaveLength(3);
    expect(target.observe(0).replicas).toEqual({ ready: 5, pending: 3, draining: 0 });
    const kinds = live(world, 50).events.map((event) => event.kind);
    expect(kinds.filter((kind) => kind === 'ready')).toHaveLength(3);
    expect(target.observe(0).replicas.ready).toBe(8);
    await target.scale(2, { now: 0, reason: 'test' });
    const before = world.truth('p');
    expect(before.replicas).toEqual({ ready: 2, pending: 0, draining: 6 });
    live(world, 70);
    const after = world.truth('p');
    expect(after.replicas).toEqual({ ready: 2, pending: 0, draining: 0 });
    expect(after.arrived).toBe(after.answered + after.waiting + [...target.observe(0).instances].length);
  });

  test('a partition hides the agents and leaves the values old, not zero', () => {
    const world = pool([{ kind: 'partition', pool: 'p', at: 30 * second }]);
    live(world, 30);
    const before = world.signals('p').request_rate!;
    expect(live(world, 90)).toMatchObject({ heartbeats: [], spans: [] });
    const after = world.signals('p').request_rate!;
    expect(after.value).toBeGreaterThan(0);
    expect(after.at).toBeLessThanOrEqual(before.at + 2 * second);
    expect(world.truth('p').answered).toBeGreaterThan(300);
  });

  test('a delay delivers all, later', () => {
    const delayed = pool([{ kind: 'delay', pool: 'p', ms: 20_000, at: 0 }]);
    expect(live(delayed, 15).heartbeats).toHaveLength(0);
    expect(live(delayed, 40).heartbeats.length).toBe(live(pool(), 20).heartbeats.length);
  });

  test('the dead are started again, the hanging are silent, the stuck beat on without progress', () => {
    const crashed = pool([{ kind: 'crash', pool: 'p', agents: 2, at: 10 * second, until: 11 * second }]);
    const events = live(crashed, 60).events;
    expect(events.filter((event) => event.kind === 'exited')).toHaveLength(2);
    expect(crashed.truth('p').replicas.ready).toBe(5);

    const hanging = pool([{ kind: 'hang', pool: 'p', agents: 1, at: 10 * second }]);
    live(hanging, 30);
    expect(new Set(live(hanging, 60).heartbeats.map((beat) => beat.instanceId)).size).toBe(4);

    const stuck = pool([{ kind: 'stuck', pool: 'p', agents: 1, at: 10 * second }]);
    live(stuck, 30);
    const beats = live(stuck, 60).heartbeats.filter((beat) => beat.instanceId === 'p-1');
    expect(new Set(beats.map((beat) => beat.progress)).size).toBe(1);
  });

  test('a leak ends at the limit', () => {
    const options = { name: 'p', initial: 2, capacity: 1, memoryLimitBytes: 128 * 2 ** 20 };
    const leak: Fault = { kind: 'leak', pool: 'p', agents: 1, bytesPerSecond: 2 ** 20, at: 0 };
    const world = createWorld({ seed: 1, pools: [options], faults: [leak] });
    const { events } = world.advanceTo(world.startMs + 120 * second);
    expect(events.find((event) => event.kind === 'exited')?.reason).toBe('out of memory');
  });

  test('a pipeline passes its work on, in one trace', () => {
    const world = createWorld({
      seed: 3,
      pools: [
        { name: 'a', initial: 2, capacity: 5, load: constant(4), downstream: 'b' },
        { name: 'b', initial: 2, capacity: 5 },
      ],
    });
    const { spans } = world.advanceTo(world.startMs + 30 * second);
    const called = spans.filter((span) => span.pool === 'b');
    const clients = new Map(spans.filter((span) => span.kind === 'client').map((span) => [span.spanId, span]));
    expect(called.length).toBeGreaterThan(80);
    for (const span of called) expect(clients.get(span.parentSpanId)?.traceId).toBe(span.traceId);
  });

  test('a target that refuses, lies or is away says what such targets say', async () => {
    const order = async (kind: 'refuse' | 'lie' | 'unavailable') => {
      const world = pool([{ kind, pool: 'p', at: 0, until: 60 * second }]);
      live(world, 5);
      const target = world.targets.get('p')!;
      const receipt = await target.scale(9, { now: 0, reason: 'test' });
      live(world, 55);
      const during = target.observe(0);
      live(world, 65);
      return { receipt, during, after: target.observe(0) };
    };
    expect((await order('refuse')).receipt).toMatchObject({ accepted: 5, refused: { count: 4 } });
    expect((await order('unavailable')).during.healthy).toBe(false);
    const lie = await order('lie');
    expect(lie.receipt).toMatchObject({ accepted: 9, refused: null });
    expect(lie.during.replicas).toMatchObject({ ready: 5, pending: 4 });
    expect(lie.after.replicas).toMatchObject({ ready: 5, pending: 0 });
  });

  test('its target has the shape of a real one', () => {
    const target: Target = pool().targets.get('p')!;
    expect(target.kind).toBe('made');
  });
});

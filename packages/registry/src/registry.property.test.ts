import type { Agent, Heartbeat } from '@jaegis/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Registry } from './registry.ts';

const ids = ['a', 'b', 'c', 'd', 'e'];
const poolNames = ['reader', 'writer'];
const agentLimit = 4;

type Step =
  | { readonly do: 'beat'; readonly id: string; readonly pool: string; readonly status: Heartbeat['status'] }
  | { readonly do: 'contact' | 'exit' | 'stop' | 'remove'; readonly id: string; readonly pool: string }
  | { readonly do: 'tick' | 'restart' };

const step = fc.record({
  afterMs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -7_200_000, max: 0 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 90_000_000 }) },
  ),
  step: fc.oneof(
    fc.record({
      do: fc.constant('beat' as const),
      id: fc.constantFrom(...ids),
      pool: fc.constantFrom(...poolNames),
      status: fc.constantFrom('ok' as const, 'busy' as const, 'error' as const, 'stopped' as const),
    }),
    fc.record({
      do: fc.constantFrom('contact' as const, 'exit' as const, 'stop' as const, 'remove' as const),
      id: fc.constantFrom(...ids),
      pool: fc.constantFrom(...poolNames),
    }),
    fc.record({ do: fc.constantFrom('tick' as const, 'tick' as const, 'restart' as const) }),
  ),
});

/** A registry, and beside it what others were told: both must always say the same. */
class Mirror {
  registry = new Registry({ agentLimit, heartbeatIntervalMs: 30_000, supervisedHeartbeatIntervalMs: 4_000 });
  readonly told = new Map<string, Agent>();
  now = 1_700_000_000_000;

  take(action: Step): void {
    const { registry, now } = this;
    switch (action.do) {
      case 'beat':
        registry.heartbeat(
          {
            instanceId: action.id,
            pool: action.pool,
            status: action.status,
            version: '',
            labels: {},
            metrics: {},
          },
          now,
        );
        break;
      case 'contact':
        registry.contact({ instanceId: action.id, pool: action.pool, version: '', labels: {} }, now);
        break;
      case 'exit':
        registry.exited(action.id, 'exit code 1', now);
        break;
      case 'stop':
        registry.stopped(action.id, 'scaled down', now);
        break;
      case 'remove':
        registry.remove(action.id);
        break;
      case 'tick':
        registry.tick(now);
        break;
      case 'restart': {
        const kept = JSON.parse(JSON.stringify(registry.list())) as Agent[];
        this.registry = new Registry({
          agentLimit,
          heartbeatIntervalMs: 30_000,
          supervisedHeartbeatIntervalMs: 4_000,
        });
        this.registry.restore(kept, now);
      }
    }
    // Removed first: an id may have been forgotten and registered again since the last look.
    for (const id of this.registry.takeRemoved()) this.told.delete(id);
    for (const agent of this.registry.takeChanged()) this.told.set(agent.instanceId, agent);
  }

  check(): void {
    const agents = this.registry.list();
    expect(agents.length).toBeLessThanOrEqual(agentLimit);
    expect(new Set(agents.map((agent) => agent.instanceId)).size).toBe(agents.length);
    for (const agent of agents) {
      expect(this.registry.get(agent.instanceId)).toBe(agent);
      expect(agent.connectivityReason).not.toBe('');
      expect(agent.beats.length).toBeLessThanOrEqual(30);
      const told = this.told.get(agent.instanceId);
      expect(told?.connectivity).toBe(agent.connectivity);
      expect(told?.pool).toBe(agent.pool);
    }
    expect(this.told.size).toBe(agents.length);
    for (const pool of [undefined, ...poolNames]) {
      const counts = this.registry.counts(pool);
      for (const name of ['live', 'suspect', 'lost', 'stopped'] as const) {
        const own = agents.filter((a) => a.connectivity === name && (pool === undefined || a.pool === pool));
        expect(counts[name]).toBe(own.length);
      }
    }
    expect(this.registry.poolNames()).toEqual([...new Set(agents.map((agent) => agent.pool))].sort());
  }
}

test('whatever happens in whatever order: counts are right, everybody was told, each state has its reason', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const mirror = new Mirror();
      for (const { afterMs, step: action } of steps) {
        mirror.now += afterMs;
        mirror.take(action as Step);
        mirror.check();
      }
    }),
    { numRuns: 300 },
  );
});

test('whatever happened before: an agent that falls silent is lost within three intervals, one that beats is live within four', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const mirror = new Mirror();
      for (const { afterMs, step: action } of steps) {
        mirror.now += afterMs;
        mirror.take(action as Step);
      }
      mirror.registry.remove('e');
      for (let i = 0; i < 4; i++) {
        mirror.take({ do: 'beat', id: 'a', pool: 'reader', status: 'ok' });
        mirror.take({ do: 'tick' });
        mirror.now += 30_000;
      }
      mirror.now -= 30_000;
      if (mirror.registry.get('a') !== undefined) expect(mirror.registry.get('a')?.connectivity).toBe('live');
      mirror.now += 90_000;
      mirror.take({ do: 'tick' });
      if (mirror.registry.get('a') !== undefined) expect(mirror.registry.get('a')?.connectivity).toBe('lost');
    }),
    { numRuns: 300 },
  );
});

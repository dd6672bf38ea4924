import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  agent,
  alert,
  anomaly,
  decision,
  describeMetadataStore,
  incident,
} from '../conformance/describe-metadata-store.ts';
import { memoryMetadata } from './memory-metadata.ts';
import type { MetadataStore } from './metadata-store.ts';
import { patientMetadata } from './patient-metadata.ts';

describeMetadataStore('patient', () => patientMetadata(memoryMetadata()));

/** A disk that is full when the test says so. */
function unreliableDisk() {
  const disk = memoryMetadata();
  const state = { isFull: false, attempts: 0 };
  const failing = (name: keyof MetadataStore) => {
    const work = disk[name] as (...given: unknown[]) => unknown;
    return (...given: unknown[]) => {
      state.attempts++;
      if (state.isFull) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      return work(...given);
    };
  };
  const writes = Object.fromEntries(
    (Object.keys(disk) as (keyof MetadataStore)[])
      .filter((name) => /^(save|set|delete|prune)/.test(name))
      .map((name) => [name, failing(name)]),
  );
  return { disk, state, full: { ...disk, ...writes } as MetadataStore };
}

/** Every page of a list, one after the other. */
function all<T>(ask: (cursor: string | undefined) => { items: readonly T[]; next: string | null; total: number }) {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let turn = 0; turn < 200; turn++) {
    const page = ask(cursor);
    items.push(...page.items);
    if (page.next === null) return { items, total: page.total };
    cursor = page.next;
  }
  throw new Error('the pages have no end');
}

describe('metadata on a full disk', () => {
  test('what cannot be saved is seen at once, and written when there is room', () => {
    const { disk, state, full } = unreliableDisk();
    const store = patientMetadata(full);
    store.saveIncident(incident('a', 1));
    state.isFull = true;
    store.saveIncident(incident('a', 1, { state: 'resolved' }));
    store.saveIncident(incident('b', 2));
    store.saveAgents([agent('x')]);
    store.setState('mode', 'paused');
    expect(store.incidents({ limit: 10 }).items.map((each) => `${each.id} ${each.state}`)).toEqual([
      'b open',
      'a resolved',
    ]);
    expect(store.incidents({ limit: 10, state: ['open'] })).toMatchObject({ total: 1, items: [{ id: 'b' }] });
    expect(store.loadAgents().map((each) => each.instanceId)).toEqual(['x']);
    expect(store.getState('mode')).toBe('paused');
    expect(store.stats()).toEqual({ error: 'database or disk is full', waiting: 4, lost: 0 });
    expect(disk.incidents({ limit: 10 }).total).toBe(1);
    state.isFull = false;
    store.retry();
    expect(store.stats()).toEqual({ error: '', waiting: 0, lost: 0 });
    expect(disk.incidents({ limit: 10 }).items.map((each) => `${each.id} ${each.state}`)).toEqual([
      'b open',
      'a resolved',
    ]);
    expect(disk.getState('mode')).toBe('paused');
  });

  test('a full disk is not asked for each save, and no more than the limit waits', () => {
    const { state, full } = unreliableDisk();
    const store = patientMetadata(full, 10);
    state.isFull = true;
    for (let i = 0; i < 100; i++) store.saveDecision(decision(`d${i}`, i));
    expect(state.attempts).toBe(1);
    expect(store.stats()).toMatchObject({ waiting: 10, lost: 90 });
    expect(store.decisions({ limit: 100 }).items[0]?.id).toBe('d99');
  });

  test('an error that is not of the disk is thrown', () => {
    const disk = memoryMetadata();
    const store = patientMetadata({
      ...disk,
      saveAlert: () => {
        throw new Error('a bug');
      },
    });
    expect(() => store.saveAlert(alert('a', 1))).toThrow('a bug');
  });

  test('whenever the disk is full, the answers are those of a disk that never is', () => {
    const ids = fc.nat(12).map(String);
    const step = fc.oneof(
      fc.record({ do: fc.constant('full' as const), isFull: fc.boolean() }),
      fc.record({ do: fc.constant('retry' as const) }),
      fc.record({ do: fc.constant('incident' as const), id: ids, state: fc.constantFrom('open', 'resolved') }),
      fc.record({ do: fc.constant('decision' as const), id: ids, to: fc.nat(5) }),
      fc.record({ do: fc.constant('anomaly' as const), id: ids }),
      fc.record({ do: fc.constant('agent' as const), id: ids }),
      fc.record({ do: fc.constant('forget' as const), id: ids }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (steps, limit) => {
        const { disk, state, full } = unreliableDisk();
        const store = patientMetadata(full);
        const model = memoryMetadata();
        const both = (run: (each: MetadataStore) => void) => [store, model].forEach(run);
        const began = new Set<string>();
        for (const each of steps) {
          if (each.do === 'full') state.isFull = each.isFull;
          else if (each.do === 'retry') store.retry();
          else if (each.do === 'incident')
            both((s) => s.saveIncident(incident(each.id, Number(each.id), { state: each.state as 'open' })));
          else if (each.do === 'decision')
            both((s) => s.saveDecision({ ...decision(each.id, Number(each.id) % 3), to: each.to }));
          else if (each.do === 'anomaly') {
            const endedAt = began.has(each.id) ? 99 : null;
            began.add(each.id);
            both((s) => s.saveAnomaly(anomaly(each.id, Number(each.id), { endedAt })));
          } else if (each.do === 'agent') both((s) => s.saveAgents([agent(each.id)]));
          else both((s) => s.deleteAgent(each.id));
          compare(store, model, limit);
        }
        state.isFull = false;
        store.retry();
        compare(disk, model, limit);
      }),
      { numRuns: 60 },
    );
  });
});

function compare(store: MetadataStore, model: MetadataStore, limit: number): void {
  const answers = (s: MetadataStore) => ({
    incidents: all((cursor) => s.incidents({ limit, cursor })),
    open: all((cursor) => s.incidents({ limit, cursor, state: ['open'] })),
    decisions: all((cursor) => s.decisions({ limit, cursor, from: 1 })),
    anomalies: all((cursor) => s.anomalies({ limit, cursor })),
    agents: s
      .loadAgents()
      .map((each) => each.instanceId)
      .sort(),
    one: s.incident('3'),
  });
  expect(answers(store)).toEqual(answers(model));
}

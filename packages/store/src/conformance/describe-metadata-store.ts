import type { Agent, Alert, Anomaly, Decision, Incident } from '@jaegis/model';
import { afterEach, describe, expect, test } from 'vitest';
import type { MetadataStore } from '../metadata/metadata-store.ts';

export function agent(instanceId: string, fields: Partial<Agent> = {}): Agent {
  return {
    instanceId,
    pool: 'reader',
    connectivity: 'live',
    health: 'healthy',
    score: 98.5,
    parts: { latency: { score: 98.5, reason: 'p95 is 120 ms' } },
    reasons: [],
    firstSeen: 1,
    lastSeen: 2,
    version: '1.0',
    labels: { 'host.name': 'grün' },
    status: 'ok',
    heartbeatIntervalMs: 30_000,
    beats: [{ at: 2, status: 'ok' }],
    connectivitySince: 1,
    connectivityReason: 'first heartbeat',
    ...fields,
  };
}

export function decision(id: string, at: number, pool = 'reader'): Decision {
  return {
    id,
    pool,
    at,
    from: 2,
    to: 3,
    reason: 'ScaledUp',
    message: 'the queue grew',
    inputs: {
      signals: { queue_length: { value: null, ageMs: 0 } },
      replicas: { ready: 2, pending: 0, draining: 0 },
      capacityPerReplica: null,
      startupMs: 20_000,
    },
    recommendations: [],
    limits: [],
    forecast: null,
    predicted: { saturation: null, costPerHour: 0.24, costChangePerHour: 0.12, effectiveAt: at + 20_000 },
    action: { state: 'none', orderedAt: null, readyAt: null, message: '' },
    outcome: null,
  };
}

export function incident(id: string, startedAt: number, fields: Partial<Incident> = {}): Incident {
  return {
    id,
    state: 'open',
    severity: 'warning',
    pool: 'reader',
    startedAt,
    endedAt: null,
    title: 'reader is slow',
    cause: { component: 'reader', kind: 'latency', confidence: 0.7, evidence: [] },
    symptoms: [],
    alerts: [],
    timeline: [],
    acknowledgedBy: null,
    notes: [],
    feedback: [],
    ...fields,
  };
}

export function alert(id: string, activeAt: number, fields: Partial<Alert> = {}): Alert {
  return {
    id,
    kind: 'anomaly',
    state: 'firing',
    severity: 'warning',
    pool: 'reader',
    agent: null,
    signal: null,
    labels: {},
    summary: 's',
    reason: 'r',
    activeAt,
    firedAt: null,
    resolvedAt: null,
    incident: null,
    ...fields,
  };
}

export function anomaly(id: string, at: number, fields: Partial<Anomaly> = {}): Anomaly {
  return {
    id,
    at,
    agent: null,
    pool: 'reader',
    series: { __name__: 'x' },
    signal: 'latency_p95',
    value: 2,
    expected: 1,
    lower: 0.5,
    upper: 1.5,
    score: 0.9,
    endedAt: at + 1,
    reason: 'twice what was expected',
    ...fields,
  };
}

/** What every `MetadataStore` must do. `create` gives an empty one; it is closed after each test. */
export function describeMetadataStore(name: string, create: () => MetadataStore): void {
  let opened: MetadataStore[] = [];
  const open = (): MetadataStore => {
    const store = create();
    opened.push(store);
    return store;
  };
  afterEach(() => {
    for (const store of opened) store.close();
    opened = [];
  });

  describe(`metadata store: ${name}`, () => {
    test('agents are replaced by id, loaded whole and deleted', () => {
      const store = open();
      store.saveAgents([agent('a'), agent('b', { score: 1 })]);
      store.saveAgents([agent('b', { score: 2 })]);
      store.saveAgents([]);
      expect(store.loadAgents()).toEqual([agent('a'), agent('b', { score: 2 })]);
      store.deleteAgent('a');
      store.deleteAgent('nobody');
      expect(store.loadAgents().map((each) => each.instanceId)).toEqual(['b']);
    });

    test('a decision comes back as it was saved last', () => {
      const store = open();
      store.saveDecision(decision('d1', 100));
      const acted = {
        ...decision('d1', 100),
        action: { state: 'ordered' as const, orderedAt: 101, readyAt: null, message: 'x' },
      };
      store.saveDecision(acted);
      expect(store.decision('d1')).toEqual(acted);
      expect(store.decision('other')).toBeUndefined();
      expect(store.decisions({ limit: 10 }).total).toBe(1);
    });

    test('pages run newest first, each record once, though times are equal', () => {
      const store = open();
      for (let i = 0; i < 25; i++)
        store.saveDecision(decision(`d${String(i).padStart(2, '0')}`, 100 + Math.floor(i / 4)));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = store.decisions({ limit: 7, cursor });
        expect(page.total).toBe(25);
        seen.push(...page.items.map((each) => each.id));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `d${String(24 - i).padStart(2, '0')}`));
      expect(store.decisions({ limit: 7, cursor: 'nonsense' }).items[0]!.id).toBe('d24');
      expect(store.decisions({ limit: 25 }).next).toBeNull();
    });

    test('ids with odd characters page too', () => {
      const store = open();
      const ids = ["a'b", 'ü/%', '~1~', 'x"; DROP TABLE decisions'];
      for (const id of ids) store.saveDecision(decision(id, 5));
      const first = store.decisions({ limit: 2 });
      const second = store.decisions({ limit: 2, cursor: first.next! });
      expect([...first.items, ...second.items].map((each) => each.id).sort()).toEqual([...ids].sort());
    });

    test('decisions are found by pool and time', () => {
      const store = open();
      for (let i = 0; i < 6; i++) store.saveDecision(decision(`d${i}`, i * 10, i % 2 === 0 ? 'reader' : 'team/writer'));
      const ids = (query: Parameters<MetadataStore['decisions']>[0]): string[] =>
        store.decisions(query).items.map((each) => each.id);
      expect(ids({ limit: 10, pool: 'team/writer' })).toEqual(['d5', 'd3', 'd1']);
      expect(ids({ limit: 10, from: 20, to: 40 })).toEqual(['d4', 'd3', 'd2']);
      expect(ids({ limit: 10, pool: 'none' })).toEqual([]);
    });

    test('incidents and alerts are found by state, anomalies by agent', () => {
      const store = open();
      store.saveIncident(incident('i1', 10));
      store.saveIncident(incident('i2', 20, { state: 'resolved', endedAt: 30 }));
      store.saveIncident(incident('i3', 30, { state: 'acknowledged', pool: 'writer' }));
      expect(store.incidents({ limit: 10, state: ['open', 'acknowledged'] }).items.map((i) => i.id)).toEqual([
        'i3',
        'i1',
      ]);
      expect(store.incidents({ limit: 10, state: [] }).items).toEqual([]);
      expect(store.incident('i2')).toEqual(incident('i2', 20, { state: 'resolved', endedAt: 30 }));
      store.saveAlert(alert('a1', 10));
      store.saveAlert(alert('a2', 20, { state: 'resolved', resolvedAt: 25, pool: 'writer' }));
      expect(store.alerts({ limit: 10, state: ['firing'] }).items).toEqual([alert('a1', 10)]);
      expect(store.alerts({ limit: 10, pool: 'writer' }).items.map((a) => a.id)).toEqual(['a2']);
      expect(store.alert('a2')?.resolvedAt).toBe(25);
      store.saveAnomaly(anomaly('n1', 10, { agent: 'reader-1' }));
      store.saveAnomaly(anomaly('n2', 20));
      expect(store.anomalies({ limit: 10, agent: 'reader-1' }).items.map((n) => n.id)).toEqual(['n1']);
      expect(store.anomalies({ limit: 10, from: 15 }).items.map((n) => n.id)).toEqual(['n2']);
    });

    test('pruning drops what is old and over, never what is still going on', () => {
      const store = open();
      store.saveDecision(decision('old', 1));
      store.saveDecision(decision('new', 100));
      store.saveIncident(incident('open', 1));
      store.saveIncident(incident('closed', 1, { state: 'resolved', endedAt: 2 }));
      store.saveAlert(alert('firing', 1));
      store.saveAlert(alert('resolved', 1, { state: 'resolved', resolvedAt: 2 }));
      store.saveAnomaly(anomaly('ended', 1));
      store.saveAnomaly(anomaly('lasting', 1, { endedAt: null }));
      store.prune({ decisions: 50, incidents: 50, alerts: 50, anomalies: 50 });
      expect(store.decisions({ limit: 10 }).items.map((each) => each.id)).toEqual(['new']);
      expect(store.incidents({ limit: 10 }).items.map((each) => each.id)).toEqual(['open']);
      expect(store.alerts({ limit: 10 }).items.map((each) => each.id)).toEqual(['firing']);
      expect(store.anomalies({ limit: 10 }).items.map((each) => each.id)).toEqual(['lasting']);
    });

    test('state and blobs are kept under their keys', () => {
      const store = open();
      expect(store.getState('x')).toBeUndefined();
      store.setState('x', { a: [1, null, 'ü'] });
      store.setState('x', { a: [2] });
      store.setState('none', null);
      expect(store.getState('x')).toEqual({ a: [2] });
      expect(store.getState('none')).toBeNull();
      expect(store.getBlob('b')).toBeUndefined();
      store.setBlob('b', Uint8Array.of(0, 255, 1));
      expect([...store.getBlob('b')!]).toEqual([0, 255, 1]);
      store.setBlob('b', new Uint8Array(0));
      expect(store.getBlob('b')).toHaveLength(0);
    });

    test('what comes back is a copy', () => {
      const store = open();
      const saved = decision('d', 1);
      store.saveDecision(saved);
      (store.decision('d') as { message: string }).message = 'changed';
      expect(store.decision('d')).toEqual(saved);
    });
  });
}

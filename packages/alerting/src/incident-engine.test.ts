import type { Incident } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import type { AlertCondition } from './alert-condition.ts';
import { AlertEngine } from './alert-engine.ts';
import { IncidentEngine, type IncidentEngineOptions, type TimelineFact } from './incident-engine.ts';

const start = 1_700_000_000_000;
const pools = ['research/planner', 'research/searcher', 'research/reader', 'research/writer'];

/** A fleet in a row: planner calls searcher calls reader calls writer. What is true is given second by second. */
class Story {
  readonly alerts = new AlertEngine({ for: 15_000, resolve_after: 60_000 });
  readonly incidents: IncidentEngine;
  readonly told: string[] = [];

  constructor(options: Partial<IncidentEngineOptions> = {}) {
    const calls = (a: string, b: string) => pools.indexOf(b) - pools.indexOf(a) === 1 && pools.includes(a);
    this.incidents = new IncidentEngine({
      groupWindowMs: 300_000,
      linked: (a, b) => calls(a, b) || calls(b, a),
      calls,
      agentsIn: (pool) => (pool === 'research/reader' ? 8 : null),
      ...options,
    });
  }

  at(second: number, conditions: readonly AlertCondition[], notes: readonly TimelineFact[] = []): Incident[] {
    const now = start + second * 1_000;
    const result = this.incidents.apply(this.alerts.evaluate(conditions, now), { now, notes });
    for (const [alert, incident] of result.assigned) this.alerts.assign(alert, incident);
    for (const told of result.notifications) this.told.push(`${second}s ${told.kind}: ${told.incident.title}`);
    return this.incidents.open();
  }

  timeline(id: string): string[] {
    return this.incidents.get(id)!.timeline.map((entry) => `${entry.what} (${entry.reason})`);
  }
}

function lost(agent: string, pool = 'research/reader'): AlertCondition {
  return {
    key: `agent_lost/${agent}`,
    kind: 'agent_lost',
    severity: 'critical',
    pool,
    agent,
    signal: null,
    summary: `${agent} is lost.`,
    reason: 'no heartbeat for 94 s (expected every 30 s)',
    forMs: 0,
  };
}

function slow(pool: string, more: Partial<AlertCondition> = {}): AlertCondition {
  return {
    key: `anomaly/${pool}/latency_p95`,
    kind: 'anomaly',
    severity: 'warning',
    pool: `research/${pool}`,
    agent: null,
    signal: 'latency_p95',
    summary: `${pool} is slow.`,
    reason: 'P95 is 2.2 s, expected 0.2 s',
    value: 2.2,
    expected: 0.2,
    forMs: 0,
    ...more,
  };
}

describe('one cause is one incident', () => {
  test('three agents of a pool lost at once', () => {
    const story = new Story();
    const [incident, ...others] = story.at(0, [lost('reader-1'), lost('reader-2'), lost('reader-3')]);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({
      state: 'open',
      severity: 'critical',
      pool: 'research/reader',
      title: 'reader lost 3 of 8 agents',
      cause: { component: 'research/reader', kind: 'agent_lost', confidence: 0.9 },
      symptoms: [],
    });
    expect(incident?.cause.evidence[0]).toBe('reader-1: no heartbeat for 94 s (expected every 30 s)');
    expect(incident?.alerts).toHaveLength(3);
    expect(story.told).toEqual(['0s opened: reader lost 3 of 8 agents']);
    expect(story.timeline(incident!.id)).toEqual([
      'reader lost 3 of 8 agents: reader-1, reader-2, reader-3 (no heartbeat for 94 s (expected every 30 s))',
    ]);
  });

  test('a fourth that follows joins, and nobody is told again', () => {
    const story = new Story();
    story.at(0, [lost('reader-1')]);
    const all = [lost('reader-1'), lost('reader-2')];
    expect(story.at(60, all).map((incident) => incident.title)).toEqual(['reader lost 2 of 8 agents']);
    expect(story.told).toEqual(['0s opened: reader lost 1 of 8 agents']);
    expect(story.alerts.active().every((alert) => alert.incident === story.incidents.open()[0]!.id)).toBe(true);
  });

  test('but one that follows an hour later is another incident', () => {
    const story = new Story();
    story.at(0, [lost('reader-1')]);
    expect(story.at(3_600, [lost('reader-1'), lost('reader-2')])).toHaveLength(2);
  });

  test('slow callers of the pool that lost agents are its symptoms', () => {
    const story = new Story();
    const dead = lost('reader-1');
    story.at(0, [dead]);
    story.at(20, [dead, slow('searcher')]);
    const [incident, ...others] = story.at(40, [dead, slow('searcher'), slow('planner')]);
    expect(others).toEqual([]);
    expect(incident?.title).toBe('reader lost 1 of 8 agents');
    expect(incident?.symptoms).toEqual([
      'searcher is 11 times slower than usual',
      'planner is 11 times slower than usual',
    ]);
    expect(incident?.cause.evidence).toContain('searcher calls reader and felt it');
    expect(story.told).toHaveLength(1);
    expect(story.timeline(incident!.id).at(-1)).toContain('planner is linked to searcher and was affected after it');
  });

  test('a lost agent that is noticed after its effects takes over as the cause', () => {
    const story = new Story();
    story.at(0, [slow('searcher')]);
    const [incident, ...others] = story.at(30, [slow('searcher'), lost('reader-1')]);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({
      title: 'reader lost 1 of 8 agents',
      pool: 'research/reader',
      severity: 'critical',
      symptoms: ['searcher is 11 times slower than usual'],
    });
    expect(story.told).toEqual([
      '0s opened: searcher is 11 times slower than usual',
      '30s escalated: reader lost 1 of 8 agents',
    ]);
  });

  test('of two slow pools the one that is called is the cause', () => {
    const story = new Story();
    story.at(0, [slow('searcher')]);
    const [incident] = story.at(10, [slow('searcher'), slow('reader', { value: 1 })]);
    expect(incident?.title).toBe('reader is 5 times slower than usual');
    expect(incident?.cause.confidence).toBe(0.6);
  });

  test('behaviour is told in words, not in its figure', () => {
    const story = new Story();
    const [incident] = story.at(0, [slow('reader', { signal: 'behavior', value: 4.3, expected: 1 })]);
    expect(incident?.title).toBe('reader does not behave as usual');
  });

  test('faults in pools that are not linked, and hard faults in linked ones, are their own incidents', () => {
    const story = new Story();
    expect(story.at(0, [lost('reader-1'), slow('planner')])).toHaveLength(2);
    expect(story.at(5, [lost('reader-1'), slow('planner'), lost('writer-1', 'research/writer')])).toHaveLength(3);
  });

  test('a slow spread over many agents of a pool is one incident, however long it takes', () => {
    const story = new Story();
    const conditions: AlertCondition[] = [];
    for (let i = 1; i <= 20; i++) {
      conditions.push(slow('reader', { key: `a/${i}`, agent: `reader-${i}`, value: 0.2 * (i + 1) }));
      story.at(i * 600, conditions);
    }
    expect(story.incidents.open().map((incident) => incident.title)).toEqual([
      '20 agents of reader are 21 times slower than usual',
    ]);
    expect(story.told).toHaveLength(1);
  });
});

test('news alone opens nothing, but is part of what goes on', () => {
  const story = new Story();
  const news = slow('reader', { key: 'rate', severity: 'info', signal: 'request_rate', value: 80, expected: 10 });
  expect(story.at(0, [news])).toEqual([]);
  const [incident] = story.at(10, [news, lost('reader-1'), { ...news, key: 'rate-2' }]);
  expect(incident?.symptoms).toEqual(['reader gets 8 times the usual requests']);
});

describe('the end of an incident', () => {
  test('it is resolved when all its alerts are, and that is told once', () => {
    const story = new Story();
    story.at(0, [lost('reader-1'), slow('searcher')]);
    story.at(10, [lost('reader-1')]);
    expect(story.at(75, [lost('reader-1')])).toHaveLength(1);
    story.at(80, []);
    expect(story.at(135, [])).toEqual([]);
    expect(story.told).toEqual(['0s opened: reader lost 1 of 8 agents', '135s resolved: reader lost 1 of 8 agents']);
  });

  test('handling: taken, noted, judged, and all of it is in the record', () => {
    const story = new Story();
    const [incident] = story.at(0, [lost('reader-1')]);
    const { id } = incident!;
    expect(story.incidents.acknowledge(id, 'ada', start)?.state).toBe('acknowledged');
    expect(story.incidents.note(id, { by: 'ada', text: 'restarting it' }, start)?.notes).toHaveLength(1);
    story.at(60, []);
    story.at(120, []);
    const done = story.incidents.feedback(id, { verdict: 'useful', text: '' }, start + 200_000)!;
    expect(done).toMatchObject({ state: 'resolved', acknowledgedBy: 'ada', feedback: [{ verdict: 'useful' }] });
    expect(done.timeline.map((entry) => entry.what)).toEqual([
      'reader lost 1 of 8 agents: reader-1',
      'acknowledged by ada',
      'over: reader-1 is lost',
      'resolved',
    ]);
    expect(done.timeline.every((entry) => entry.reason !== '')).toBe(true);
    expect(story.incidents.acknowledge('nobody', 'ada', start)).toBeUndefined();
  });

  test('decisions and restarts of its pools are in its timeline', () => {
    const story = new Story();
    story.at(0, [lost('reader-1')]);
    const fact = { at: start + 5_000, pool: 'research/reader', what: 'reader-1 restarted', reason: 'exit code 1' };
    const [incident] = story.at(5, [lost('reader-1')], [fact, { ...fact, pool: 'research/writer' }]);
    expect(story.timeline(incident!.id).at(-1)).toBe('reader-1 restarted (exit code 1)');
    expect(incident?.timeline).toHaveLength(2);
  });
});

describe('after a restart', () => {
  test('an open incident goes on, nobody is told again, and it resolves', () => {
    const before = new Story();
    before.at(0, [lost('reader-1'), lost('reader-9')]);
    before.at(1, [lost('reader-1')]);
    before.at(61, [lost('reader-1')]);
    const kept = JSON.parse(JSON.stringify({ alerts: before.alerts.active(), incidents: before.incidents.open() }));
    const after = new Story();
    after.alerts.restore(kept.alerts);
    after.incidents.restore(kept.incidents, after.alerts.active());
    const [incident] = after.at(70, [lost('reader-1'), lost('reader-2')]);
    expect(incident).toMatchObject({ id: kept.incidents[0].id, title: 'reader lost 2 of 8 agents' });
    expect(incident?.alerts).toHaveLength(3);
    after.at(80, []);
    after.at(140, []);
    expect(after.told).toEqual(['140s resolved: reader lost 2 of 8 agents']);
  });

  test('one whose alerts ended meanwhile is over', () => {
    const before = new Story();
    const kept = before.at(0, [lost('reader-1')]);
    const after = new Story();
    after.incidents.restore(kept, []);
    expect(after.at(10, [])).toEqual([]);
    expect(after.told).toEqual(['10s resolved: reader lost 1 of 8 agents']);
  });
});

describe('never a flood', () => {
  test('beyond the limit further alerts are counted in one incident', () => {
    const story = new Story({ maxOpen: 3 });
    const many = Array.from({ length: 10 }, (_, i) => lost(`agent-${i}`, `pool-${i}`));
    const open = story.at(0, many);
    expect(open).toHaveLength(4);
    expect(open.at(-1)?.title).toBe('7 more alerts in 7 pools, too many to show one by one');
    expect(story.told).toHaveLength(4);
    story.at(10, [...many, lost('agent-10', 'pool-10')]);
    expect(story.incidents.open().at(-1)?.title).toBe('8 more alerts in 8 pools, too many to show one by one');
    expect(story.told).toHaveLength(4);
    story.at(60, []);
    story.at(130, []);
    expect(story.incidents.open()).toEqual([]);
  });

  test('two thousand lost agents of one pool are one incident of bounded size', () => {
    const story = new Story();
    const [incident] = story.at(
      0,
      Array.from({ length: 2_000 }, (_, i) => lost(`reader-${i}`, 'big')),
    );
    expect(incident?.alerts.length).toBe(1_000);
    expect(incident?.cause.evidence).toHaveLength(21);
    expect(story.told).toHaveLength(1);
    story.at(60, []);
    story.at(130, []);
    expect(story.incidents.open()).toEqual([]);
  });

  test('a long timeline keeps its beginning and its newest part', () => {
    const story = new Story();
    story.at(0, [lost('reader-1')]);
    for (let i = 1; i <= 500; i++) {
      const fact = { at: start + i, pool: 'research/reader', what: `event ${i}`, reason: 'a test' };
      story.at(1, [lost('reader-1')], [fact]);
    }
    const what = story.incidents.open()[0]!.timeline.map((entry) => entry.what);
    expect(what).toHaveLength(200);
    expect(what[19]).toBe('event 19');
    expect(what[20]).toBe('302 entries left out');
    expect(what.at(-1)).toBe('event 500');
  });
});

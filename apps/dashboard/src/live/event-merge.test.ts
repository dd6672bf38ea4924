import type { Agent, AgentSummary, Alert, Decision, Incident, Page, Pool, TimelineItem } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import {
  mergeById,
  mergeDecision,
  mergeSamples,
  mergeTimeline,
  needsSomeone,
  rowOfAgent,
  timelineItemOf,
} from './event-merge.ts';

const pageOf = <T>(...items: T[]): Page<T> => ({ items, total: items.length, next: null });
const incident = (id: string, rest: Partial<Incident> = {}) =>
  ({ id, state: 'open', severity: 'warning', startedAt: 1, ...rest }) as Incident;
const pool = (name: string, rest: Partial<Pool> = {}) =>
  ({ name, mode: 'auto', signals: {}, desiredReplicas: 2, lastDecision: null, ...rest }) as Pool;

describe('what an event changes', () => {
  test('a known incident is replaced where it stands, a new one comes first', () => {
    const page = mergeById(pageOf(incident('a'), incident('b')), incident('b', { state: 'resolved' }));
    expect(page.items.map((each) => each.state)).toEqual(['open', 'resolved']);
    expect(mergeById(page, incident('c')).items.map((each) => each.id)).toEqual(['c', 'a', 'b']);
    expect(mergeById(page, incident('c')).total).toBe(3);
  });
  test('lists do not grow without end', () => {
    let page = pageOf<Incident>();
    for (let i = 0; i < 700; i++) page = mergeById(page, incident(String(i)));
    expect(page.items).toHaveLength(500);
  });
  test('a tick changes the signals that it names and leaves the other pools the same objects', () => {
    const before = pageOf(pool('a', { signals: { queue_length: { value: 3, at: 1 } } }), pool('b'));
    const after = mergeSamples(before, {
      at: 9,
      pools: { a: { request_rate: 5, latency_p95: null } },
      agentsChanged: 0,
    });
    expect(after.items[0]!.signals).toEqual({
      queue_length: { value: 3, at: 1 },
      request_rate: { value: 5, at: 9 },
      latency_p95: { value: null, at: 9 },
    });
    expect(after.items[1]).toBe(before.items[1]);
  });
  test('a decision is what its pool wants, unless a person drives, and never an older one', () => {
    const decision = { id: 'd', pool: 'a', at: 5, to: 7 } as Decision;
    expect(mergeDecision(pageOf(pool('a')), decision).items[0]).toMatchObject({
      desiredReplicas: 7,
      lastDecision: decision,
    });
    expect(mergeDecision(pageOf(pool('a', { mode: 'recommend' })), decision).items[0]!.desiredReplicas).toBe(2);
    expect(
      mergeDecision(pageOf(pool('a', { lastDecision: { ...decision, at: 6, to: 1 } })), decision).items[0]!
        .lastDecision!.to,
    ).toBe(1);
  });
  test('the timeline stays in order and says nothing twice', () => {
    const item = (id: string, at: number): TimelineItem => ({
      id,
      at,
      kind: 'alert',
      pool: 'a',
      title: id,
      reason: '',
    });
    const page = mergeTimeline(pageOf(item('c', 30), item('a', 10)), item('b', 20));
    expect(page.items.map((each) => each.id)).toEqual(['c', 'b', 'a']);
    expect(mergeTimeline(page, item('a', 40)).items.map((each) => each.id)).toEqual(['a', 'c', 'b']);
  });
});

test('only what was done is worth a line', () => {
  const decision = { id: 'd', at: 1, pool: 'a', from: 2, to: 2, message: 'm' } as Decision;
  expect(timelineItemOf({ event: 'decision', seq: 1, data: decision })).toBeNull();
  expect(timelineItemOf({ event: 'decision', seq: 1, data: { ...decision, to: 4 } })).toMatchObject({
    title: 'a: 2 to 4 replicas',
    reason: 'm',
  });
  const alert = {
    id: 'x',
    state: 'pending',
    pool: 'a',
    summary: 's',
    reason: 'r',
    activeAt: 1,
    firedAt: 2,
    resolvedAt: 3,
  } as Alert;
  expect(timelineItemOf({ event: 'alert', seq: 1, data: alert })).toBeNull();
  expect(timelineItemOf({ event: 'alert', seq: 1, data: { ...alert, state: 'firing' } })).toMatchObject({
    at: 2,
    title: 's',
  });
  expect(timelineItemOf({ event: 'alert', seq: 1, data: { ...alert, state: 'resolved' } })).toMatchObject({
    at: 3,
    title: 's (resolved)',
  });
});

test('an agent event changes the state of its row and keeps its numbers', () => {
  const agent = {
    instanceId: 'r',
    pool: 'p',
    connectivity: 'lost',
    connectivityReason: 'no heartbeat for 94 s',
    health: 'healthy',
    score: 0,
    reasons: [],
    lastSeen: 5,
    version: '2',
    labels: {},
    beats: [
      { at: 1, status: 'ok' },
      { at: 2, status: 'missed' },
    ],
  } as unknown as Agent;
  const before = { latencyP95: 0.3, region: 'eu' } as AgentSummary;
  expect(rowOfAgent(agent, before)).toMatchObject({
    instanceId: 'r',
    connectivity: 'lost',
    reason: 'no heartbeat for 94 s',
    beats: 'om',
    latencyP95: 0.3,
    region: 'eu',
  });
  expect(rowOfAgent(agent, undefined).latencyP95).toBeNull();
});

test('what needs someone: nobody has it first, then the worst, then the newest', () => {
  const order = needsSomeone([
    incident('resolved', { state: 'resolved' }),
    incident('taken', { state: 'acknowledged', severity: 'critical' }),
    incident('old', { startedAt: 1 }),
    incident('new', { startedAt: 2 }),
    incident('worst', { severity: 'critical' }),
  ]);
  expect(order.map((each) => each.id)).toEqual(['worst', 'new', 'old', 'taken']);
});

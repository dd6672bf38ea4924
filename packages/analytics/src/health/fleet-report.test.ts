import type { Alert, Anomaly, Incident } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { madeAgent } from '../conformance/made-fleet.ts';
import { fleetCoverage } from './fleet-coverage.ts';
import { fleetReport } from './fleet-report.ts';

const now = 1_000_000;
const many = (count: number, over: (i: number) => Parameters<typeof madeAgent>[0] = () => ({})) =>
  Array.from({ length: count }, (_, i) => madeAgent({ instanceId: `a-${i}`, ...over(i) }));

const anomaly: Anomaly = {
  id: 'an-1',
  at: 1,
  agent: 'a-1',
  pool: 'reader',
  series: {},
  signal: 'latency_p95',
  value: 2,
  expected: 0.2,
  lower: 0.1,
  upper: 0.3,
  score: 0.99,
  endedAt: null,
  reason: 'p95 latency 2 s, expected 100 to 300 ms',
};
const incident = { id: 'i', state: 'open', severity: 'critical', title: 'reader is slow' } as unknown as Incident;
const alert = { id: 'al', state: 'firing', severity: 'warning', summary: 'reader-1 is slow' } as unknown as Alert;

describe('a fleet', () => {
  test('without agents is empty, and says what to do', () => {
    const report = fleetReport({ agents: [] }, now);
    expect(report).toMatchObject({ state: 'empty', score: 100, coverage: { expected: 0, received: 0, missing: [] } });
    expect(report.recommendations[0]).toContain('Connect a first agent');
  });

  test('that is well is healthy in every part', () => {
    const report = fleetReport({ agents: many(20) }, now);
    expect(report).toMatchObject({ generatedAt: now, state: 'healthy', score: 100, recommendations: [] });
    expect(report.agents).toEqual({ live: 20, suspect: 0, lost: 0, stopped: 0 });
  });

  test('with a few lost agents is degraded and asks why they are lost', () => {
    const report = fleetReport({ agents: many(20, (i) => (i < 4 ? { connectivity: 'lost', lastSeen: 0 } : {})) }, now);
    expect(report.state).toBe('degraded');
    expect(report.parts['connectivity']!.reason).toBe('16 of 20 live, 0 suspect, 4 lost');
    expect(report.parts['coverage']!.reason).toBe('16 of 20 expected agents heard in time, missing a-0, a-1, a-2 ...');
    expect(report.recommendations).toEqual(['Find out why 4 agents of reader are lost, or remove them']);
  });

  test('is not judged by agents that stopped on purpose', () => {
    const report = fleetReport({ agents: many(4, (i) => (i > 0 ? { connectivity: 'stopped' } : {})) }, now);
    expect(report).toMatchObject({ state: 'healthy', agents: { live: 1, stopped: 3 } });
    expect(report.coverage.expected).toBe(1);
  });

  test('with a critical incident is not healthy, and the incident comes first', () => {
    const report = fleetReport(
      { agents: many(20), incidents: [incident], alerts: [alert], recommendations: ['x'] },
      now,
    );
    expect(report.state).toBe('degraded');
    expect(report.recommendations).toEqual(['Start with the incident "reader is slow"', 'x']);
  });

  test('keeps only what is open', () => {
    const report = fleetReport(
      {
        agents: many(3),
        anomalies: [anomaly, { ...anomaly, endedAt: 5 }],
        alerts: [alert, { ...alert, state: 'resolved' }],
        incidents: [incident, { ...incident, state: 'resolved' }],
      },
      now,
    );
    expect([report.anomalies, report.alerts, report.incidents].map((list) => list.length)).toEqual([1, 1, 1]);
  });

  test('weighs what is important', () => {
    const agents = many(10, (i) => (i === 0 ? { pool: 'core', score: 20, health: 'unhealthy' } : {}));
    const plain = fleetReport({ agents }, now).parts['agents']!.score;
    const weighed = fleetReport({ agents, importanceOf: (pool) => (pool === 'core' ? 10 : 1) }, now).parts['agents']!;
    expect(weighed.score).toBeLessThan(plain);
    expect(weighed.reason).toBe('9 of 10 agents healthy, 0 degraded, 1 unhealthy');
  });
});

describe('coverage', () => {
  test('counts an agent that is late before it is suspect', () => {
    expect(
      fleetCoverage(
        many(2, (i) => (i === 0 ? { lastSeen: now - 50_000 } : {})),
        now,
      ),
    ).toEqual({
      expected: 2,
      received: 1,
      missing: ['a-0'],
    });
  });
  test('never drops names silently', () => {
    const missing = fleetCoverage(
      many(80, () => ({ connectivity: 'lost' })),
      now,
    ).missing;
    expect(missing).toHaveLength(51);
    expect(missing.at(-1)).toBe('+30 more');
  });
});

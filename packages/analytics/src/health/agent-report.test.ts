import { expect, test } from 'vitest';
import { madeAgent, madeSignals } from '../conformance/made-fleet.ts';
import { agentReport } from './agent-report.ts';

const now = 1_000_000;

test('tells what is known, and null for what is not', () => {
  const report = agentReport(
    {
      agent: madeAgent(),
      signals: madeSignals({ latency_p95: 0.4, error_rate: 0.1, throughput: 3, memory_bytes: 5 }),
      before: madeSignals({ latency_p95: 0.2 }),
      errors: [{ name: '503', count: 4 }],
      recovery: { downSince: null, lastMs: 42_000, meanMs: 42_000, recoveries: 1 },
    },
    now,
  );
  expect(report.instanceId).toBe('reader-1');
  expect(report.responseTime).toEqual({
    mean: null,
    p50: null,
    p95: 0.4,
    p99: null,
    trend: { now: 0.4, before: 0.2, direction: 'rising' },
  });
  expect(report.work).toMatchObject({ throughput: 3, successRate: 0.9, queueLength: null });
  expect(report.errors).toEqual({
    rate: 0.1,
    classes: [{ name: '503', count: 4, severity: 'high' }],
    recoveryTime: 42,
  });
  expect(report.process).toBeNull();
});

test('does not pass off old figures as the present', () => {
  const report = agentReport({ agent: madeAgent(), signals: madeSignals({ throughput: 3 }, now - 100_000) }, now);
  expect(report.work.throughput).toBeNull();
});

import type { Signals } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { aggregatePoolSignals } from './pool-signals.ts';

const now = 1_000_000;
const agent = (values: Record<string, number | null>, at = now): Signals =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, at }]));
const red = { requests: 90, requestRate: 3, throughput: 3, errorRate: 0.1, mean: 0.2, p50: 0.15, p95: 0.6, p99: 0.9 };

describe('a pool', () => {
  test('sums amounts and averages utilizations', () => {
    const agents = [agent({ queue_length: 3, cpu_utilization: 0.2 }), agent({ queue_length: 5, cpu_utilization: 0.6 })];
    const pool = aggregatePoolSignals(agents, undefined, now);
    expect(pool.queue_length?.value).toBe(8);
    expect(pool.cpu_utilization?.value).toBeCloseTo(0.4);
  });

  test('takes latency from its own window, never from averaged percentiles', () => {
    const pool = aggregatePoolSignals([agent({ latency_p95: 0.1 }), agent({ latency_p95: 0.2 })], red, now);
    expect(pool.latency_p95?.value).toBe(0.6);
    expect(pool.request_rate?.value).toBe(3);
  });

  test('without spans is bounded by its slowest agent', () => {
    const pool = aggregatePoolSignals([agent({ latency_p95: 0.1 }), agent({ latency_p95: 0.2 })], undefined, now);
    expect(pool.latency_p95?.value).toBe(0.2);
  });

  test('weighs error rates by requests', () => {
    const agents = [agent({ error_rate: 0.5, request_rate: 1 }), agent({ error_rate: 0, request_rate: 9 })];
    const pool = aggregatePoolSignals(agents, undefined, now);
    expect(pool.error_rate?.value).toBeCloseTo(0.05);
    expect(pool.success_rate?.value).toBeCloseTo(0.95);
  });

  test('extends a sum over a silent minority', () => {
    const agents = [agent({ queue_length: 4 }), agent({ queue_length: 6 }), agent({ queue_length: null })];
    expect(aggregatePoolSignals(agents, undefined, now).queue_length?.value).toBe(15);
  });

  test('does not know what a silent majority does', () => {
    const agents = [
      agent({ queue_length: 4 }),
      agent({ queue_length: 6 }, now - 200_000),
      agent({ queue_length: null }),
    ];
    expect(aggregatePoolSignals(agents, undefined, now).queue_length?.value).toBeNull();
  });

  test('leaves out what no agent has, and is empty without agents', () => {
    expect(aggregatePoolSignals([agent({ queue_length: 4 })], undefined, now).tokens_rate).toBeUndefined();
    expect(aggregatePoolSignals([], undefined, now)).toEqual({});
  });

  test('is as young as its newest observation', () => {
    const agents = [agent({ queue_length: 4 }, now - 30_000), agent({ queue_length: 6 }, now - 10_000)];
    expect(aggregatePoolSignals(agents, undefined, now).queue_length?.at).toBe(now - 10_000);
  });
});

import { describe, expect, test } from 'vitest';
import { assembleAgentSignals, freshValue, type RedReading } from './signals.ts';

const now = 1_000_000;
const red: RedReading = {
  requests: 60,
  requestRate: 2,
  throughput: 2,
  errorRate: 0.05,
  mean: 0.1,
  p50: 0.09,
  p95: 0.3,
  p99: 0.5,
  tokensRate: 100,
  costRate: null,
};

describe('an agent that sends', () => {
  test('nothing has no signals', () => expect(assembleAgentSignals({}, now)).toEqual({}));
  test('spans has rate, errors and duration', () => {
    const signals = assembleAgentSignals({ red }, now);
    expect(signals.latency_p95).toEqual({ value: 0.3, at: now });
    expect(signals.success_rate?.value).toBeCloseTo(0.95);
    expect(signals.cost_rate).toEqual({ value: null, at: now });
    expect(signals.queue_length).toBeUndefined();
  });
  test('no requests has a rate of zero and no latency', () => {
    const quiet = { ...red, requests: 0, requestRate: 0, errorRate: null, mean: null, p50: null, p95: null, p99: null };
    const signals = assembleAgentSignals({ red: quiet }, now);
    expect(signals.request_rate?.value).toBe(0);
    expect(signals.latency_p95?.value).toBeNull();
    expect(signals.success_rate?.value).toBeNull();
  });
  test('heartbeats has the metrics that are named like signals, with their own times', () => {
    const heartbeatMetrics = { queue_length: { value: 3, at: 5 }, in_flight: 2, made_up: 9, saturation: Number.NaN };
    const signals = assembleAgentSignals({ heartbeatMetrics }, now);
    expect(signals).toEqual({
      queue_length: { value: 3, at: 5 },
      in_flight: { value: 2, at: now },
      saturation: { value: null, at: now },
    });
  });
});

test('the host measures a process better than the process itself', () => {
  const heartbeatMetrics = { cpu_utilization: 0.1, memory_bytes: 10 };
  const process = { cpuUtilization: 0.7, memoryBytes: 300, at: 7 };
  const signals = assembleAgentSignals({ heartbeatMetrics, process, memoryLimitBytes: 600 }, now);
  expect(signals.cpu_utilization).toEqual({ value: 0.7, at: 7 });
  expect(signals.memory_utilization).toEqual({ value: 0.5, at: 7 });
});

test('CPU is a share of what the process may use: one core, or its limit', () => {
  const process = { cpuUtilization: 0.2, memoryBytes: 1, at: 7 };
  expect(assembleAgentSignals({ process, cpuLimit: 0.25 }, now).cpu_utilization?.value).toBe(0.8);
  expect(assembleAgentSignals({ process, cpuLimit: null }, now).cpu_utilization?.value).toBe(0.2);
});

test('saturation comes from capacity unless the agent knows better', () => {
  expect(assembleAgentSignals({ red, capacityPerReplica: 4 }, now).saturation?.value).toBe(0.5);
  const heartbeatMetrics = { saturation: 0.9 };
  expect(assembleAgentSignals({ red, heartbeatMetrics, capacityPerReplica: 4 }, now).saturation?.value).toBe(0.9);
});

test('a value is fresh, or it is null', () => {
  const signals = { queue_length: { value: 3, at: now - 50_000 } };
  expect(freshValue(signals, 'queue_length', { now, maxAgeMs: 60_000 })).toBe(3);
  expect(freshValue(signals, 'queue_length', { now, maxAgeMs: 40_000 })).toBeNull();
  expect(freshValue(signals, 'in_flight', { now, maxAgeMs: 40_000 })).toBeNull();
});

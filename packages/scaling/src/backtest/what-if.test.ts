import { poolConfigSchema } from '@jaegis/model';
import { expect, test } from 'vitest';
import { scalingConfig } from '../scaling-config.ts';
import type { Load } from './load.ts';
import { runWhatIf, type WhatIfCase } from './what-if.ts';

/** Three hours of 10 s steps: a quiet load with a hump of twice as much each hour. */
const load: Load = {
  stepS: 10,
  startAt: Date.UTC(2026, 0, 5),
  demand: Float64Array.from({ length: 1_080 }, (_, k) => 20 + 20 * Math.max(0, Math.sin((k / 360) * 2 * Math.PI))),
};

function caseOf(policy: string, o: { min?: number; max?: number; startupS?: number } = {}): WhatIfCase {
  const { min = 1, max = 20, startupS = 30 } = o;
  const pool = poolConfigSchema.parse({
    name: 'p',
    policy,
    replicas: { min, max },
    capacity: { requests_per_second: 5 },
    startup: `${startupS}s`,
    objectives: [{ signal: 'cpu_utilization', target: 0.8 }],
  });
  const plant = { startupS, capacityRps: 5, sloWaitS: 10, minReplicas: min, maxReplicas: max, drainS: 10 };
  return { config: scalingConfig(pool, { intervalMs: 10_000 }), plant };
}

test('a policy against itself is the same, and only what comes after the warm-up counts', () => {
  const shares: number[] = [];
  const cases = [caseOf('balanced'), caseOf('balanced')];
  const [a, b] = runWhatIf(load, { from: 720, cases, onProgress: (share) => shares.push(share) });
  expect(a).toEqual(b);
  expect(a!.replicas).toHaveLength(360);
  const paid = a!.replicas.reduce((sum, count) => sum + count, 0);
  expect(a!.measures.replicaHours).toBeCloseTo((paid * 10) / 3_600, 9);
  expect(a!.oracle.replicaHours).toBeLessThanOrEqual(a!.measures.replicaHours);
  expect(shares).toEqual([...shares].sort((x, y) => x - y));
  expect(shares.at(-1)).toBe(1);
  const [whole] = runWhatIf(load, { from: 0, cases: cases.slice(1) });
  expect(whole!.replicas.slice(720)).toEqual(a!.replicas);
});

test('more replicas at least cost more and wait less; too few at most are late', () => {
  const [few, many] = runWhatIf(load, { from: 360, cases: [caseOf('cost', { max: 5 }), caseOf('cost', { min: 12 })] });
  expect(many!.measures.replicaHours).toBeGreaterThan(few!.measures.replicaHours);
  expect(many!.measures.violationsPercent).toBe(0);
  expect(few!.measures.violationsPercent).toBeGreaterThan(1);
  expect(many!.measures.p99WaitS).toBeLessThanOrEqual(few!.measures.p99WaitS);
});

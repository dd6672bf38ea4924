import { poolConfigSchema } from '@jaegis/model';
import { expect, test } from 'vitest';
import { scalingConfig } from '../scaling-config.ts';
import { brain } from './brain.ts';
import { measureCost } from './measures.ts';
import { runPlant } from './plant.ts';

test('a policy that is told how long a request may wait keeps to it', () => {
  const demand = Float64Array.from({ length: 3 * 360 }, (_, i) => 200 + 100 * Math.sin((2 * Math.PI * i) / 240));
  const load = { stepS: 10, demand, startAt: 1_704_067_200_000 };
  const plant = { startupS: 60, capacityRps: 10, sloWaitS: 1, minReplicas: 1, maxReplicas: 100, drainS: 10 };
  const pool = { name: 'p', replicas: { min: 1, max: 100 }, capacity: { requests_per_second: 10 }, startup: '60s' };
  const latePercent = (waitMs: number): number => {
    const config = scalingConfig(poolConfigSchema.parse(pool), { intervalMs: 10_000, waitMs });
    return measureCost(runPlant(load, brain(config, load.startAt), plant)).violationsPercent;
  };
  expect(latePercent(10_000)).toBeGreaterThan(2);
  expect(latePercent(1_000)).toBeLessThan(1);
});

import { poolConfigSchema } from '@jaegis/model';
import { expect, test } from 'vitest';
import { brain } from '../backtest/brain.ts';
import { runPlant } from '../backtest/plant.ts';
import { scalingConfig } from '../scaling-config.ts';

const stepS = 10;
const capacity = 10;
const startAt = 1_704_067_200_000;
const hour = 3_600 / stepS;

/** Two hours that one replica serves, ten minutes that need forty, three hours of calm again. */
function burst(startupS: number) {
  const demand = Float64Array.from({ length: 5 * hour }, (_, k) => (k >= 2 * hour && k < 2 * hour + 60 ? 400 : 8));
  const pool = { name: 'p', replicas: { min: 1, max: 1_000 }, capacity: { requests_per_second: capacity } };
  const config = scalingConfig(poolConfigSchema.parse({ ...pool, startup: `${startupS}s` }), {
    intervalMs: stepS * 1_000,
  });
  const plant = { startupS, capacityRps: capacity, sloWaitS: 10, minReplicas: 1, maxReplicas: 1_000, drainS: 10 };
  return runPlant({ demand, stepS, startAt }, brain(config, startAt), plant);
}

test('what a burst left behind is gone soon after replicas serve, though little arrives by then', () => {
  for (const startupS of [300, 900]) {
    const { queue, desired } = burst(startupS);
    const calm = 2 * hour + 60;
    expect(queue[calm]).toBeGreaterThan(50_000);
    // In four start-up times, one more before the first serve, and half an hour for the end of it.
    expect(queue[calm + (5 * startupS + 1_800) / stepS]).toBe(0);
    expect(Math.max(...desired)).toBeLessThanOrEqual(1.5 * 40);
  }
});

import { poolConfigSchema } from '@jaegis/model';
import { expect, test } from 'vitest';
import { brain } from '../backtest/brain.ts';
import { decideAlone } from '../backtest/decide-alone.ts';
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

test('a jump that a queue proves is ordered at one go, and one that nothing proves at the rate that stops a metric gone mad', () => {
  const pool = {
    name: 'p',
    replicas: { min: 1, max: 1_000 },
    capacity: { requests_per_second: capacity },
    startup: '30s',
  };
  const config = scalingConfig(poolConfigSchema.parse(pool), { intervalMs: stepS * 1_000 });
  /** The order after two calm hours and one look at 400/s, of which so much waits. */
  const orderOf = (waiting: number): number => {
    const decide = decideAlone(config);
    let desired = 1;
    for (let k = 0; k <= 2 * hour; k++) {
      const now = startAt + k * stepS * 1_000;
      const isJump = k === 2 * hour;
      const signals = {
        request_rate: { value: isJump ? 400 : 8, at: now },
        queue_length: { value: isJump ? waiting : 0, at: now },
      };
      desired = decide({ signals, replicas: { ready: desired, pending: 0, draining: 0 } }, now).to;
    }
    return desired;
  };
  expect(orderOf(3_900)).toBeGreaterThanOrEqual(40);
  expect(orderOf(3_900)).toBeLessThanOrEqual(1.5 * 40);
  expect(orderOf(0)).toBeLessThanOrEqual(9);
});

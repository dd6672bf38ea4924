import type { ScalingConfig } from '../scaling-config.ts';
import { cutTo, type Limited } from './cut-to.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** Cuts a number to what the hour's money pays for all the time: no hour, wherever it begins, costs more. */
export function limitHourlyBudget(o: { desired: number; min: number; config: ScalingConfig }): Limited {
  const { desired, min, config } = o;
  const { budgetPerHour: budget, pricePerReplicaHour: price } = config;
  if (budget === null || price === null || !(price > 0)) return { desired, step: null };
  const affordable = Math.max(min, Math.floor(budget / price + 1e-9));
  return cutTo(desired, affordable, () => ({
    step: 'budget',
    reason: 'BudgetExceeded',
    message: `${desired} are wanted, $${budget.toFixed(2)} an hour pay for ${affordable} at $${price} each`,
  }));
}

/**
 * Cuts a number to what the rest of the day's money pays for: that many for the next hour (or what is left of the day,
 * in UTC), and the minimum after it, so that a surge may cost more than the mean without ending the day in the dark.
 * Never below the minimum, and nothing is cut while it is not known what was spent.
 */
export function limitBudget(o: {
  desired: number;
  min: number;
  spentToday: number | null;
  config: ScalingConfig;
  now: number;
}): Limited {
  const { desired, min, spentToday, config, now } = o;
  const { budgetPerDay: budget, pricePerReplicaHour: price } = config;
  if (budget === null || price === null || !(price > 0)) return { desired, step: null };
  if (spentToday === null || !Number.isFinite(spentToday)) return { desired, step: null };
  const hoursLeft = (dayMs - (((now % dayMs) + dayMs) % dayMs)) / hourMs;
  const next = Math.min(1, hoursLeft);
  const replicaHours = Math.max(0, budget - spentToday) / price;
  const affordable = Math.max(min, Math.floor((replicaHours - min * (hoursLeft - next)) / next + 1e-9));
  return cutTo(desired, affordable, () => ({
    step: 'budget',
    reason: 'BudgetExceeded',
    message:
      `${desired} are wanted, $${spentToday.toFixed(2)} of $${budget.toFixed(2)} are spent today: ` +
      `the rest pays for ${affordable} at $${price} an hour each`,
  }));
}

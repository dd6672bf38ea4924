import type { ScalingConfig } from '../scaling-config.ts';
import type { ScalingState } from '../scaling-state.ts';
import { lostToWarmUp } from './warm-up.ts';

/** Fewer saturated observations than this are an accident, not a capacity. */
export const enoughSamples = 3;
const enoughToCorrect = 12;
const defaultStartupMs = 30_000;

export interface Capacity {
  /** Requests per second that one replica serves when fully used; above 0. */
  readonly perReplica: number;
  readonly source: 'configured' | 'learned' | 'utilization';
}

/**
 * What one replica serves. A configured number is an upper bound: what was counted under saturation may correct it
 * down, by half at most, and never up; what was only concluded from a rate and the queue may not (a rate that is frozen
 * looks like a slow replica). Without one, what was learned; without that, what utilization suggests.
 */
export function capacityOf(config: ScalingConfig, state: ScalingState): Capacity | null {
  const { perReplica, samples, counted, byUtilization } = state.capacity;
  const configured = config.capacityPerReplica;
  if (configured !== null && configured > 0 && Number.isFinite(configured)) {
    if (perReplica === null || counted < enoughToCorrect || perReplica >= configured * 0.9) {
      return { perReplica: configured, source: 'configured' };
    }
    return { perReplica: Math.max(perReplica, configured / 2), source: 'learned' };
  }
  if (perReplica !== null && perReplica > 0 && samples >= enoughSamples) return { perReplica, source: 'learned' };
  if (byUtilization !== null && byUtilization > 0) return { perReplica: byUtilization, source: 'utilization' };
  return null;
}

/**
 * From order to full work, in milliseconds: until it is ready as configured, as learned, or 30 s, and what it loses while it
 * warms up.
 */
export function startupOf(config: ScalingConfig, { capacity }: ScalingState): number {
  return (config.startupMs ?? capacity.startupMs ?? defaultStartupMs) + lostToWarmUp(capacity.warmUp);
}

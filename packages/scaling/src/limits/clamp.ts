import type { LimitStep, Schedule } from '@jaegis/model';
import type { ScalingConfig } from '../scaling-config.ts';
import { activeSchedule } from './schedule.ts';

export interface Bounds {
  readonly min: number;
  readonly max: number;
  /** The schedule that raised the minimum, if one did. */
  readonly schedule: Schedule | undefined;
}

/** The bounds that hold now. A minimum above the maximum gives way to it: the maximum is what a person meant as a lid. */
export function boundsAt(config: ScalingConfig, now: number): Bounds {
  const max = Number.isFinite(config.maxReplicas) ? Math.max(0, Math.floor(config.maxReplicas)) : 0;
  const min = Number.isFinite(config.minReplicas) ? Math.max(0, Math.floor(config.minReplicas)) : 0;
  const schedule = config.schedules.length === 0 ? undefined : activeSchedule(config.schedules, now);
  const raises = schedule !== undefined && schedule.min > min;
  return { min: Math.min(raises ? schedule.min : min, max), max, schedule: raises ? schedule : undefined };
}

/** Puts a number within the bounds. */
export function clamp(desired: number, bounds: Bounds): { desired: number; step: LimitStep | null } {
  const { min, max, schedule } = bounds;
  if (desired < min) {
    const scheduled = schedule === undefined ? '' : `, by the schedule ${schedule.text}`;
    return {
      desired: min,
      step: {
        step: 'clamp',
        from: desired,
        to: min,
        reason: schedule === undefined ? 'ClampedToMinimum' : 'ScheduledMinimum',
        message: `${desired} would do, at least ${min} are to run${scheduled}`,
      },
    };
  }
  if (desired > max) {
    return {
      desired: max,
      step: {
        step: 'clamp',
        from: desired,
        to: max,
        reason: 'ClampedToMaximum',
        message: `${desired} are wanted, at most ${max} may run`,
      },
    };
  }
  return { desired, step: null };
}

import type { LimitStep } from '@jaegis/model';
import { formatDuration } from '@jaegis/std';
import type { ScalingConfig } from '../scaling-config.ts';
import type { WindowPoint } from '../scaling-state.ts';

// HPA's stabilization: downward, the highest recommendation of the window counts; upward, the lowest. Both windows are
// monotonic queues: a point that can never be the extreme again is dropped, so a window of hours holds few points.

export interface Windows {
  readonly highest: readonly WindowPoint[];
  readonly lowest: readonly WindowPoint[];
}

/** Remembers a recommendation and forgets what has left the windows. */
export function remember(windows: Windows, desired: number, o: { config: ScalingConfig; now: number }): Windows {
  const { config, now } = o;
  const point = { at: now, desired };
  return {
    highest: push(windows.highest, point, {
      windowMs: config.scaleDown.stabilizationWindowMs,
      beats: (value) => value <= desired,
    }),
    lowest: push(windows.lowest, point, {
      windowMs: config.scaleUp.stabilizationWindowMs,
      beats: (value) => value >= desired,
    }),
  };
}

function push(
  points: readonly WindowPoint[],
  point: WindowPoint,
  o: { windowMs: number; beats: (value: number) => boolean },
): WindowPoint[] {
  // A clock that was set back must not keep a point for longer than its window.
  const kept = points.filter((p) => p.at <= point.at && point.at - p.at < o.windowMs && !o.beats(p.desired));
  kept.push(point);
  return kept;
}

/** The number to act on, given that `desired` has been remembered; with the step when it differs. */
export function stabilize(
  windows: Windows,
  o: { desired: number; current: number; config: ScalingConfig; now: number },
): { desired: number; step: LimitStep | null } {
  const { desired, current, config, now } = o;
  if (desired < current) {
    const { stabilizationWindowMs } = config.scaleDown;
    const within = windows.highest.filter((p) => now - p.at < stabilizationWindowMs);
    const highest = Math.max(desired, ...within.map((p) => p.desired));
    const held = Math.min(highest, current);
    if (held === desired) return { desired, step: null };
    const window = formatDuration(stabilizationWindowMs);
    return {
      desired: held,
      step: {
        step: 'stabilize',
        from: desired,
        to: held,
        reason: 'ScaleDownStabilized',
        message: `${desired} would do now, but ${highest} were needed within the last ${window}`,
      },
    };
  }
  if (desired > current) {
    const lowest = Math.min(desired, ...windows.lowest.map((p) => p.desired));
    const held = Math.max(lowest, current);
    if (held === desired) return { desired, step: null };
    const window = formatDuration(config.scaleUp.stabilizationWindowMs);
    return {
      desired: held,
      step: {
        step: 'stabilize',
        from: desired,
        to: held,
        reason: 'ScaleUpStabilized',
        message: `${desired} are wanted, but not yet for ${window}`,
      },
    };
  }
  return { desired, step: null };
}

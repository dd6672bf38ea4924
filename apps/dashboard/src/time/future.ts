import type { TimeWindow } from './use-window.ts';

/** What one wants to know of a forecast at a glance, whatever the range: is the next hour provided for? */
export const leastFutureMs = 3_600_000;

/** How far behind "now" a chart goes on: the next hour, and beside a longer past as much again where a forecast reaches that far. */
export function futureOf(window: Pick<TimeWindow, 'from' | 'to' | 'isLive'>, reachMs = leastFutureMs): number {
  if (!window.isLive) return 0;
  return Math.max(leastFutureMs, Math.min(reachMs, window.to - window.from));
}

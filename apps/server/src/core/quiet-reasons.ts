import type { DecisionReason } from '@jaegis/model';

const quiet: ReadonlySet<DecisionReason> = new Set([
  'Steady',
  'WithinTolerance',
  'CapacityOnTheWay',
  'ScaleDownStabilized',
  'ScaleUpStabilized',
  'ForecastFloor',
  'ScheduledMinimum',
  'SpareForLoss',
  'ZoneLossCovered',
  'MinimumRedundancy',
]);

/** Reasons for leaving a number as it is that come and go with the load: none of them is news, least of all after another. */
export function isQuiet(reason: DecisionReason): boolean {
  return quiet.has(reason);
}

/** The functions over windows by name. */
import {
  changes,
  countOverTime,
  firstOverTime,
  lastOverTime,
  presentOverTime,
  resets,
  tsOfFirstOverTime,
  tsOfLastOverTime,
} from './counts.ts';
import { maxOverTime, minOverTime, tsOfMaxOverTime, tsOfMinOverTime } from './extremes.ts';
import { idelta, irate } from './instant-rate.ts';
import { madOverTime, quantileOverTime } from './quantiles.ts';
import { delta, increase, rate } from './rate.ts';
import { avgOverTime, stddevOverTime, stdvarOverTime, sumOverTime } from './sums.ts';
import { deriv, doubleExponentialSmoothing, predictLinear } from './trends.ts';
import type { WindowFunction } from './window-function.ts';

export const windowFunctions: ReadonlyMap<string, WindowFunction> = new Map<string, WindowFunction>([
  ['avg_over_time', avgOverTime],
  ['changes', changes],
  ['count_over_time', countOverTime],
  ['delta', delta],
  ['deriv', deriv],
  ['double_exponential_smoothing', doubleExponentialSmoothing],
  ['first_over_time', firstOverTime],
  ['idelta', idelta],
  ['increase', increase],
  ['irate', irate],
  ['last_over_time', lastOverTime],
  ['mad_over_time', madOverTime],
  ['max_over_time', maxOverTime],
  ['min_over_time', minOverTime],
  ['predict_linear', predictLinear],
  ['present_over_time', presentOverTime],
  ['quantile_over_time', quantileOverTime],
  ['rate', rate],
  ['resets', resets],
  ['stddev_over_time', stddevOverTime],
  ['stdvar_over_time', stdvarOverTime],
  ['sum_over_time', sumOverTime],
  ['ts_of_first_over_time', tsOfFirstOverTime],
  ['ts_of_last_over_time', tsOfLastOverTime],
  ['ts_of_max_over_time', tsOfMaxOverTime],
  ['ts_of_min_over_time', tsOfMinOverTime],
]);

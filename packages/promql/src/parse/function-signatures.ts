/** The functions of PromQL: types of their arguments and of their result, as Prometheus documents them. */
import type { ValueType } from './ast.ts';

export interface FunctionSignature {
  readonly args: readonly ValueType[];
  /** How many of the last arguments may be left out; `many` allows the last to be repeated, or left out. */
  readonly optional: number | 'many';
  readonly returns: ValueType;
}

function signature(args: readonly ValueType[], returns: ValueType = 'vector', optional: number | 'many' = 0) {
  return { args, returns, optional };
}

const vectorToVector = [
  'abs acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn sin sinh sqrt tan tanh',
  'absent histogram_avg histogram_count histogram_stddev histogram_stdvar histogram_sum sort sort_desc timestamp',
  'start_timestamp',
]
  .join(' ')
  .split(' ');
const matrixToVector = [
  'absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate',
  'last_over_time mad_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time',
  'stdvar_over_time sum_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time',
]
  .join(' ')
  .split(' ');
const dates = 'day_of_month day_of_week day_of_year days_in_month hour minute month year'.split(' ');

/** By name. A map, so that no name of a query finds what every object has. */
export const functionSignatures: ReadonlyMap<string, FunctionSignature> = new Map<string, FunctionSignature>([
  ...vectorToVector.map((name) => [name, signature(['vector'])] as const),
  ...matrixToVector.map((name) => [name, signature(['matrix'])] as const),
  ...dates.map((name) => [name, signature(['vector'], 'vector', 1)] as const),
  ...['time', 'pi', 'start', 'end', 'step', 'range'].map((name) => [name, signature([], 'scalar')] as const),
  ['clamp', signature(['vector', 'scalar', 'scalar'])],
  ['clamp_max', signature(['vector', 'scalar'])],
  ['clamp_min', signature(['vector', 'scalar'])],
  ['double_exponential_smoothing', signature(['matrix', 'scalar', 'scalar'])],
  ['histogram_fraction', signature(['scalar', 'scalar', 'vector'])],
  ['histogram_quantile', signature(['scalar', 'vector'])],
  ['histogram_quantiles', signature(['vector', 'string', 'scalar', 'scalar'], 'vector', 'many')],
  ['info', signature(['vector', 'vector'], 'vector', 1)],
  ['label_join', signature(['vector', 'string', 'string', 'string'], 'vector', 'many')],
  ['label_replace', signature(['vector', 'string', 'string', 'string', 'string'])],
  ['max_of', signature(['scalar', 'scalar'], 'scalar')],
  ['min_of', signature(['scalar', 'scalar'], 'scalar')],
  ['predict_linear', signature(['matrix', 'scalar'])],
  ['quantile_over_time', signature(['scalar', 'matrix'])],
  ['round', signature(['vector', 'scalar'], 'vector', 1)],
  ['scalar', signature(['vector'], 'scalar')],
  ['sort_by_label', signature(['vector', 'string'], 'vector', 'many')],
  ['sort_by_label_desc', signature(['vector', 'string'], 'vector', 'many')],
  ['vector', signature(['scalar'])],
]);

/** Aggregations with a parameter before the vector, and its type. */
export const aggregationParameters: ReadonlyMap<string, ValueType> = new Map([
  ['topk', 'scalar'],
  ['bottomk', 'scalar'],
  ['limitk', 'scalar'],
  ['limit_ratio', 'scalar'],
  ['quantile', 'scalar'],
  ['count_values', 'string'],
]);

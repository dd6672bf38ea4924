/** Aggregations: the vector is evaluated, grouped, and each group reduced. */

import { invalidQuantile } from '../evaluate/annotations.ts';
import { type Column, type Grid, isEmpty, type VectorValue, vectorOf } from '../evaluate/column.ts';
import { noSurroundings, type QueryContext, QueryError, type Surroundings } from '../evaluate/query-context.ts';
import { type Aggregation, unwrap } from '../parse/ast.ts';
import { countValues } from './count-values.ts';
import { groupColumns } from './groups.ts';
import { addHistogramSteps } from './histogram-aggregation.ts';
import { type ReduceOptions, reduceFloats } from './reduce.ts';
import { selectSeries } from './select-series.ts';

const selecting: readonly string[] = ['topk', 'bottomk', 'limitk', 'limit_ratio'];

export function evaluateAggregation(
  aggregation: Aggregation,
  grid: Grid,
  options: { context: QueryContext; around: Surroundings },
): VectorValue {
  const { context, around } = options;
  const { op, labels, without } = aggregation;
  const param = parameterOf(aggregation, grid, context);
  const inside = { func: op, grouping: labels, by: !without, statsOnly: around.statsOnly };
  const vector = context.evaluate(aggregation.inner, grid, inside);
  if (vector.kind !== 'vector') throw new QueryError('expected type instant vector in aggregation expression');
  const { annotations } = context;
  if (op === 'count_values') {
    const label = unwrap(aggregation.param!);
    const groups = groupColumns(aggregation, vector.columns);
    return vectorOf(countValues(groups, label.kind === 'string' ? label.value : '', annotations));
  }
  const reduce: ReduceOptions = { op, param, annotations, place: aggregation };
  if (op === 'quantile') {
    const wrong = vector.columns.length === 0 ? undefined : param!.find((q) => !(q >= 0 && q <= 1));
    if (wrong !== undefined) annotations.warn(invalidQuantile(wrong), aggregation.param!);
  }
  const groups = groupColumns(aggregation, vector.columns);
  if (selecting.includes(op))
    return vectorOf(selectSeries(groups, reduce), grid.count === 1 && (op === 'topk' || op === 'bottomk'));
  const result: Column[] = [];
  for (const group of groups) {
    const column = addHistogramSteps(group, reduceFloats(group, reduce), reduce);
    if (!isEmpty(column)) result.push(column);
  }
  return vectorOf(result);
}

function parameterOf(aggregation: Aggregation, grid: Grid, context: QueryContext): Float64Array | undefined {
  if (aggregation.param === undefined) return undefined;
  const value = context.evaluate(aggregation.param, grid, noSurroundings);
  return value.kind === 'scalar' ? value.values : undefined;
}

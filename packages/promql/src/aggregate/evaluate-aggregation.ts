/**
 * Aggregations: the vector is evaluated, grouped, and each group reduced. Where only a state of each group is needed, the
 * series of a function over windows go into it as they come, without a column of their own.
 */

import { invalidQuantile } from '../evaluate/annotations.ts';
import { type Column, emptyColumn, type Grid, isEmpty, type VectorValue, vectorOf } from '../evaluate/column.ts';
import { noSurroundings, type QueryContext, QueryError, type Surroundings } from '../evaluate/query-context.ts';
import { forEachWindowColumn, isWindowCall } from '../evaluate/window-call.ts';
import { type Aggregation, unwrap } from '../parse/ast.ts';
import type { AggregationOptions } from './aggregation-options.ts';
import { countValues } from './count-values.ts';
import { beginFold, isFolded } from './fold.ts';
import { Groups, groupColumns } from './groups.ts';
import { addHistogramSteps } from './histogram-aggregation.ts';
import { floatsPresent, quantileOfGroup } from './quantile-of-group.ts';
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
  const { annotations } = context;
  const how: AggregationOptions = { op, param, annotations, place: aggregation };
  if (isFolded(op)) return folded(aggregation, grid, { context, around: inside, how });
  const vector = vectorInside(aggregation, grid, { context, around: inside });
  if (op === 'count_values') {
    const label = unwrap(aggregation.param!);
    const groups = groupColumns(aggregation, vector.columns);
    return vectorOf(countValues(groups, label.kind === 'string' ? label.value : '', annotations));
  }
  if (op === 'quantile') {
    const wrong = vector.columns.length === 0 ? undefined : param!.find((q) => !(q >= 0 && q <= 1));
    if (wrong !== undefined) annotations.warn(invalidQuantile(wrong), aggregation.param!);
  }
  const groups = groupColumns(aggregation, vector.columns);
  if (selecting.includes(op))
    return vectorOf(selectSeries(groups, how), grid.count === 1 && (op === 'topk' || op === 'bottomk'));
  const quantiles = groups.map((group) => addHistogramSteps(group.columns, quantileOfGroup(group, param!), how));
  return vectorOf(quantiles.filter((column) => !isEmpty(column)));
}

function folded(
  aggregation: Aggregation,
  grid: Grid,
  options: { context: QueryContext; around: Surroundings; how: AggregationOptions },
): VectorValue {
  const { context, around, how } = options;
  const groups = new Groups(aggregation, (labels) => {
    const out = emptyColumn(labels, grid.count);
    return { out, fold: beginFold(how.op, out), holders: [] as Column[], dropName: false };
  });
  const visit = (column: Column, isFull: boolean): void => {
    const { labels, values, present, histograms, dropName } = column;
    const group = groups.of(labels);
    if (dropName) group.dropName = true;
    if (histograms === undefined) group.fold.add(values, present, isFull);
    else {
      group.holders.push(column);
      group.fold.add(values, floatsPresent(column), false);
    }
  };
  const inner = unwrap(aggregation.inner);
  if (inner.kind === 'call' && isWindowCall(inner.name)) {
    const each = (column: Column, filled: number): void => visit(column, filled === grid.count);
    forEachWindowColumn(inner, grid, { context, around, visit: each });
  } else {
    for (const column of vectorInside(aggregation, grid, { context, around }).columns) visit(column, false);
  }
  const result: Column[] = [];
  for (const { out, fold, holders, dropName } of groups.all()) {
    fold.finish();
    const column = addHistogramSteps(holders, { ...out, dropName }, how);
    if (!isEmpty(column)) result.push(column);
  }
  return vectorOf(result);
}

function vectorInside(
  { inner }: Aggregation,
  grid: Grid,
  { context, around }: { context: QueryContext; around: Surroundings },
): VectorValue {
  const vector = context.evaluate(inner, grid, around);
  if (vector.kind !== 'vector') throw new QueryError('expected type instant vector in aggregation expression');
  return vector;
}

function parameterOf(aggregation: Aggregation, grid: Grid, context: QueryContext): Float64Array | undefined {
  if (aggregation.param === undefined) return undefined;
  const value = context.evaluate(aggregation.param, grid, noSurroundings);
  return value.kind === 'scalar' ? value.values : undefined;
}

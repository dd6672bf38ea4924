/** Expressions by their kind. What does not depend on the step is evaluated once and repeated. */
import { evaluateAggregation } from '../aggregate/evaluate-aggregation.ts';
import { evaluateBinary } from '../binary/evaluate-binary.ts';
import { multiplyHistogram } from '../histogram/arithmetic.ts';
import { type Expression, unwrap } from '../parse/ast.ts';
import { broadcast, type Column, type Grid, type Value, vectorOf } from './column.ts';
import { evaluateCall } from './function-call.ts';
import { evaluateInstantSelector } from './instant-selector.ts';
import { checkTime, type QueryContext, QueryError, type Surroundings } from './query-context.ts';

/** Functions whose result moves with the step even where their arguments stand still. */
const timeDependent: ReadonlySet<string> = new Set([
  'time',
  'timestamp',
  'predict_linear',
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'days_in_month',
  'hour',
  'minute',
  'month',
  'year',
]);

export function evaluateExpression(
  given: Expression,
  grid: Grid,
  options: { context: QueryContext; around: Surroundings },
): Value {
  const expression = unwrap(given);
  const { context } = options;
  checkTime(context);
  if (grid.count > 1 && expression.kind !== 'number' && isStepInvariant(expression))
    return broadcast(evaluateExpression(expression, { ...grid, count: 1 }, options), grid.count);
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar', values: new Float64Array(grid.count).fill(expression.value) };
    case 'string':
      return { kind: 'string', value: expression.value };
    case 'vector-selector':
      return evaluateInstantSelector(expression, grid, options);
    case 'unary': {
      const value = context.evaluate(expression.inner, grid, options.around);
      return expression.op === '-' ? negated(value) : value;
    }
    case 'binary':
      return evaluateBinary(expression, grid, options);
    case 'call':
      return evaluateCall(expression, grid, options);
    case 'aggregation':
      return evaluateAggregation(expression, grid, options);
    case 'matrix-selector':
    case 'subquery':
      throw new QueryError('a range vector can only be an argument of a function');
  }
}

/** True for an expression that gives the same at every step: its selectors are fixed by `@`. */
function isStepInvariant(given: Expression): boolean {
  const expression = unwrap(given);
  switch (expression.kind) {
    case 'number':
    case 'string':
      return true;
    case 'vector-selector':
      return expression.at !== undefined;
    case 'matrix-selector':
      return expression.selector.at !== undefined;
    case 'subquery':
      return expression.at !== undefined;
    case 'unary':
      return isStepInvariant(expression.inner);
    case 'binary':
      return isStepInvariant(expression.left) && isStepInvariant(expression.right);
    case 'call':
      if (expression.name === 'info' && expression.args.length < 2) return false;
      return !timeDependent.has(expression.name) && expression.args.every(isStepInvariant);
    case 'aggregation':
      return isStepInvariant(expression.inner) && (expression.param === undefined || isStepInvariant(expression.param));
  }
}

function negated(value: Value): Value {
  if (value.kind === 'string') return value;
  if (value.kind === 'scalar') return { kind: 'scalar', values: value.values.map((each) => -each) };
  const columns = value.columns.map(
    (column): Column => ({
      ...column,
      dropName: true,
      values: column.values.map((each) => -each),
      histograms: column.histograms?.map((each) => (each === undefined ? undefined : multiplyHistogram(each, -1))),
    }),
  );
  return vectorOf(columns);
}

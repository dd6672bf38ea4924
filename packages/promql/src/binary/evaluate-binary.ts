/** Binary expressions: two scalars, a vector and a scalar, or two vectors that are matched by their labels. */
import { type Column, type Grid, isEmpty, type Value, vectorOf } from '../evaluate/column.ts';
import { noSurroundings, type QueryContext, QueryError, type Surroundings } from '../evaluate/query-context.ts';
import { type Binary, comparisonOperators } from '../parse/ast.ts';
import { operateOnColumns, type Side } from './column-operators.ts';
import { floatOperators } from './float-operators.ts';
import { evaluateSet } from './set-operators.ts';
import { matchVectors } from './vector-matching.ts';

export function evaluateBinary(
  binary: Binary,
  grid: Grid,
  options: { context: QueryContext; around: Surroundings },
): Value {
  const { context, around } = options;
  const inside = { ...noSurroundings, statsOnly: around.statsOnly };
  const left = context.evaluate(binary.left, grid, inside);
  const right = context.evaluate(binary.right, grid, inside);
  if (left.kind === 'string' || right.kind === 'string')
    throw new QueryError('binary expression must contain only scalar and instant vector types');
  if (left.kind === 'vector' && right.kind === 'vector') {
    if (binary.op === 'and' || binary.op === 'or' || binary.op === 'unless')
      return vectorOf(evaluateSet(binary, left.columns, right.columns));
    return vectorOf(matchVectors(binary, { left: left.columns, right: right.columns }, context));
  }
  const { op, returnBool } = binary;
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    const apply = floatOperators.get(op)!;
    return { kind: 'scalar', values: left.values.map((value, step) => apply(value, right.values[step]!)) };
  }
  const isLeft = left.kind === 'vector';
  const columns = (isLeft ? left : (right as typeof left & { kind: 'vector' })).columns;
  const scalar: Side = {
    values: isLeft ? (right as { values: Float64Array }).values : (left as { values: Float64Array }).values,
    present: undefined,
    histograms: undefined,
  };
  const changesValue = returnBool || !comparisonOperators.includes(op);
  const result: Column[] = [];
  for (const column of columns) {
    const [a, b] = isLeft ? [column, scalar] : [scalar, column];
    const answer = operateOnColumns(a, b, {
      op,
      returnBool,
      kept: isLeft ? 'left' : 'right',
      context: { annotations: context.annotations, place: binary },
    });
    const isTrim = op === '</' || op === '>/';
    const dropName = changesValue && !isTrim ? true : column.dropName;
    const made: Column = { labels: column.labels, dropName, ...answer };
    if (!isEmpty(made)) result.push(made);
  }
  return vectorOf(result);
}

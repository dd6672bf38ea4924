/** absent and absent_over_time: 1 where there is nothing, with the labels that a selector asks for by equality. */
import type { Labels } from '@jaegis/model';
import { type Expression, unwrap } from '../parse/ast.ts';
import { type Grid, type VectorValue, vectorOf } from './column.ts';
import { type QueryContext, QueryError, type Surroundings } from './query-context.ts';
import { stepsWithoutSamples } from './window-call.ts';

interface Options {
  readonly context: QueryContext;
  readonly around: Surroundings;
}

export function evaluateAbsent(arg: Expression, grid: Grid, options: Options): VectorValue {
  const value = options.context.evaluate(arg, grid, options.around);
  if (value.kind !== 'vector') throw new QueryError('expected type instant vector in call to function "absent"');
  const absent = new Uint8Array(grid.count).fill(1);
  for (const { present } of value.columns)
    for (let step = 0; step < grid.count; step++) if (present[step] === 1) absent[step] = 0;
  return ones(absentLabels(arg), absent);
}

export function evaluateAbsentOverTime(arg: Expression, grid: Grid, options: Options): VectorValue {
  const matrix = unwrap(arg);
  if (matrix.kind !== 'matrix-selector' && matrix.kind !== 'subquery')
    throw new QueryError('expected type range vector in call to function "absent_over_time"');
  return ones(absentLabels(arg), stepsWithoutSamples(matrix, grid, options));
}

function ones(labels: Labels, present: Uint8Array): VectorValue {
  if (!present.includes(1)) return vectorOf([]);
  const values = new Float64Array(present.length).fill(1);
  return vectorOf([{ labels, dropName: false, values, present, histograms: undefined }]);
}

/** Labels that exactly one matcher, of equality, is about. */
function absentLabels(arg: Expression): Labels {
  const inner = unwrap(arg);
  const selector = inner.kind === 'matrix-selector' ? inner.selector : inner;
  if (selector.kind !== 'vector-selector') return {};
  const { matchers } = selector;
  const single = matchers.filter(
    ({ name, op }) => name !== '__name__' && op === '=' && matchers.filter((each) => each.name === name).length === 1,
  );
  return Object.fromEntries(single.filter(({ value }) => value !== '').map(({ name, value }) => [name, value]));
}

/** The checks of types that Prometheus' parser makes, in its words. Each node is checked when its children have been. */
import {
  type Aggregation,
  type Binary,
  type Call,
  comparisonOperators,
  type Expression,
  type Subquery,
  setOperators,
  type Unary,
  type ValueType,
} from './ast.ts';
import { aggregationParameters, functionSignatures } from './function-signatures.ts';

/** The type of the value that an expression gives. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'vector-selector':
    case 'aggregation':
      return 'vector';
    case 'matrix-selector':
    case 'subquery':
      return 'matrix';
    case 'parenthesized':
    case 'unary':
      return typeOf(expression.inner);
    case 'binary':
      return typeOf(expression.left) === 'scalar' && typeOf(expression.right) === 'scalar' ? 'scalar' : 'vector';
    case 'call':
      return functionSignatures.get(expression.name)!.returns;
  }
}

/** The type in the words of Prometheus' documentation. */
export function documentedType(type: ValueType): string {
  return type === 'vector' ? 'instant vector' : type === 'matrix' ? 'range vector' : type;
}

/** What is wrong with a node whose children are right, and where; `undefined` when nothing is. */
export interface TypeProblem {
  readonly at: number;
  readonly message: string;
}

export function checkCall(call: Call): TypeProblem | undefined {
  const { name, args } = call;
  const signature = functionSignatures.get(name)!;
  const most = signature.args.length;
  const least = signature.optional === 'many' ? most - 1 : most - signature.optional;
  const problem = (message: string) => ({ at: call.start, message });
  if (signature.optional === 0 && args.length !== most)
    return problem(`expected ${most} argument(s) in call to "${name}", got ${args.length}`);
  if (args.length < least)
    return problem(`expected at least ${least} argument(s) in call to "${name}", got ${args.length}`);
  if (signature.optional !== 'many' && args.length > most)
    return problem(`expected at most ${most} argument(s) in call to "${name}", got ${args.length}`);
  for (const [i, arg] of args.entries()) {
    const wanted = signature.args[Math.min(i, most - 1)]!;
    const wrong = expectType(arg, wanted, `call to function "${name}"`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

export function checkAggregation(aggregation: Aggregation): TypeProblem | undefined {
  const wrong = expectType(aggregation.inner, 'vector', 'aggregation expression');
  if (wrong !== undefined || aggregation.param === undefined) return wrong;
  return expectType(aggregation.param, aggregationParameters.get(aggregation.op)!, 'aggregation parameter');
}

export function checkUnary(unary: Unary): TypeProblem | undefined {
  const type = typeOf(unary.inner);
  if (type === 'scalar' || type === 'vector') return undefined;
  return {
    at: unary.start,
    message: `unary expression only allowed on expressions of type scalar or instant vector, got "${documentedType(type)}"`,
  };
}

export function checkSubquery(subquery: Subquery): TypeProblem | undefined {
  const type = typeOf(subquery.inner);
  if (type === 'vector') return undefined;
  return { at: subquery.start, message: `subquery is only allowed on instant vector, got ${type} instead` };
}

/** @param grouping True where `on`, `ignoring`, `group_left` or `group_right` was written. */
export function checkBinary(binary: Binary, grouping: boolean): TypeProblem | undefined {
  const { op, left, right, matching, returnBool, opStart, start } = binary;
  const isSet = setOperators.includes(op);
  const types = [typeOf(left), typeOf(right)];
  if (returnBool && !comparisonOperators.includes(op))
    return { at: opStart, message: 'bool modifier can only be used on comparison operators' };
  if (comparisonOperators.includes(op) && !returnBool && types.every((type) => type === 'scalar'))
    return { at: opStart, message: 'comparisons between scalars must use BOOL modifier' };
  if (matching.on) {
    const both = matching.labels.find((label) => matching.include.includes(label));
    if (both !== undefined)
      return { at: opStart, message: `label "${both}" must not occur in ON and GROUP clause at once` };
  }
  for (const [i, side] of [left, right].entries()) {
    if (types[i] !== 'scalar' && types[i] !== 'vector')
      return { at: side.start, message: 'binary expression must contain only scalar and instant vector types' };
  }
  const hasFill = matching.fillLeft !== undefined || matching.fillRight !== undefined;
  if (types.includes('scalar')) {
    if (grouping) return { at: start, message: 'vector matching only allowed between instant vectors' };
    if (hasFill) return { at: start, message: 'filling in missing series only allowed between instant vectors' };
    if (isSet) return { at: start, message: `set operator "${op}" not allowed in binary scalar expression` };
  } else if (isSet) {
    if (matching.card === 'many-to-one' || matching.card === 'one-to-many')
      return { at: start, message: `no grouping allowed for "${op}" operation` };
    if (hasFill) return { at: start, message: 'filling in missing series not allowed for set operators' };
  }
  return undefined;
}

function expectType(expression: Expression, wanted: ValueType, context: string): TypeProblem | undefined {
  const type = typeOf(expression);
  if (type === wanted) return undefined;
  const message = `expected type ${documentedType(wanted)} in ${context}, got ${documentedType(type)}`;
  return { at: expression.start, message };
}

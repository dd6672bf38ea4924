/** Expressions as the JSON that Prometheus' `/api/v1/parse_query` gives. */
import { comparisonOperators, type Expression, type TimeShift, type VectorSelector } from './ast.ts';
import { durationMs } from './duration-arithmetic.ts';
import { functionSignatures } from './function-signatures.ts';

const noTimes = { startMs: 0, endMs: 0, stepMs: 0 };

export function expressionJson(expression: Expression): Record<string, unknown> {
  switch (expression.kind) {
    case 'number':
      return { type: 'numberLiteral', val: String(expression.value) };
    case 'string':
      return { type: 'stringLiteral', val: expression.value };
    case 'vector-selector':
      return { type: 'vectorSelector', ...selectorJson(expression) };
    case 'matrix-selector':
      return {
        type: 'matrixSelector',
        ...selectorJson(expression.selector),
        range: durationMs(expression.range, noTimes),
      };
    case 'subquery':
      return {
        type: 'subquery',
        expr: expressionJson(expression.inner),
        range: durationMs(expression.range, noTimes),
        step: expression.step === undefined ? 0 : durationMs(expression.step, noTimes),
        ...shiftJson(expression),
      };
    case 'parenthesized':
      return { type: 'parenExpr', expr: expressionJson(expression.inner) };
    case 'unary':
      return { type: 'unaryExpr', op: expression.op, expr: expressionJson(expression.inner) };
    case 'binary': {
      const { op, returnBool, left, right, matching } = expression;
      const { card, labels, on, include } = matching;
      return {
        type: 'binaryExpr',
        op,
        lhs: expressionJson(left),
        rhs: expressionJson(right),
        matching: { card, labels, on, include },
        bool: returnBool && comparisonOperators.includes(op),
      };
    }
    case 'call': {
      const { name, args } = expression;
      const signature = functionSignatures.get(name)!;
      const variadic = signature.optional === 'many' ? -1 : signature.optional;
      const func = { name, argTypes: signature.args, variadic, returnType: signature.returns };
      return { type: 'call', func, args: args.map(expressionJson) };
    }
    case 'aggregation': {
      const { op, inner, param, labels, without } = expression;
      return {
        type: 'aggregation',
        op,
        expr: expressionJson(inner),
        param: param === undefined ? null : expressionJson(param),
        grouping: labels,
        without,
      };
    }
  }
}

function selectorJson(selector: VectorSelector): Record<string, unknown> {
  const name = selector.matchers.find((matcher) => matcher.name === '__name__' && matcher.op === '=');
  return {
    name: name?.value ?? '',
    matchers: selector.matchers.map(({ name: label, op, value }) => ({ name: label, value, type: op })),
    ...shiftJson(selector),
  };
}

function shiftJson({ offset, at }: TimeShift): Record<string, unknown> {
  return {
    offset: durationMs(offset, noTimes),
    timestamp: typeof at === 'number' ? at : null,
    startOrEnd: typeof at === 'string' ? at : null,
  };
}

/** Builds our expressions from nodes of the official grammar, with the checks that Prometheus' own parser makes. */
import type { SyntaxNode } from '@lezer/common';
import type { Aggregation, Binary, Call, Duration, Expression, MatrixSelector, Subquery, Unary } from './ast.ts';
import { readDuration } from './duration-arithmetic.ts';
import { aggregationParameters, functionSignatures } from './function-signatures.ts';
import { readMatching } from './matching-clause.ts';
import { parseNumber } from './number-literal.ts';
import { inOrder, type Ordered } from './operator-order.ts';
import { ParseError } from './parse-error.ts';
import { readSelector } from './read-selector.ts';
import { isExpressionNode, labelNames, stringOf } from './syntax-nodes.ts';
import { checkAggregation, checkBinary, checkCall, checkSubquery, checkUnary, type TypeProblem } from './type-check.ts';

type Shifted = Extract<Expression, { kind: 'vector-selector' | 'matrix-selector' | 'subquery' }>;

export class ExpressionBuilder {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  expression(node: SyntaxNode): Expression {
    return this.#ordered(inOrder(node, this.#text));
  }

  #ordered(ordered: Ordered): Expression {
    if (ordered.kind === 'sign') return this.#unary(ordered);
    if (ordered.kind === 'binary') return this.#binary(ordered);
    let result = this.#operand(ordered.node, ordered.unsigned);
    for (const node of ordered.after) result = this.#withPostfix(node, result);
    return result;
  }

  #operand(node: SyntaxNode, unsigned: boolean): Expression {
    const place = { start: node.from, end: node.to };
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', ...place, value: this.#number(node, unsigned) };
      case 'StringLiteral':
        return { kind: 'string', ...place, value: stringOf(node, this.#text) };
      case 'ParenExpr':
        return { kind: 'parenthesized', ...place, inner: this.expression(this.#inner(node)) };
      case 'VectorSelector':
        return readSelector(node, this.#text);
      case 'FunctionCall':
        return this.#call(node);
      case 'AggregateExpr':
        return this.#aggregation(node);
      default:
        throw this.#error(node, `unexpected ${node.name}`);
    }
  }

  /** What follows an operand, applied to it. */
  #withPostfix(node: SyntaxNode, inner: Expression): Expression {
    switch (node.name) {
      case 'MatrixSelector':
        return this.#matrixSelector(node, inner);
      case 'SubqueryExpr':
        return this.#subquery(node, inner);
      case 'OffsetExpr':
        return this.#withOffset(node, inner);
      case 'StepInvariantExpr':
        return this.#withAt(node, inner);
      default:
        return this.#extended(node, inner, node.name === 'AnchoredExpr' ? 'anchored' : 'smoothed');
    }
  }

  #inner(node: SyntaxNode): SyntaxNode {
    const found = this.#children(node)[0];
    if (found === undefined) throw this.#error(node, 'no expression found in input');
    return found;
  }

  #children(node: SyntaxNode): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    for (let child = node.firstChild; child !== null; child = child.nextSibling)
      if (isExpressionNode(child)) found.push(child);
    return found;
  }

  #number(node: SyntaxNode, unsigned: boolean): number {
    const literal = this.#slice(node).replace(/\s+/g, '');
    const value = parseNumber(unsigned ? literal.slice(1) : literal);
    if (value === undefined) throw this.#error(node, `error parsing number: "${literal}"`);
    return value;
  }

  #matrixSelector(node: SyntaxNode, inner: Expression): MatrixSelector {
    if (inner.kind !== 'vector-selector') throw this.#errorAt(inner.start, 'ranges only allowed for vector selectors');
    if (inner.offset !== 0) throw this.#errorAt(inner.start, 'no offset modifiers allowed before range');
    if (inner.at !== undefined) throw this.#errorAt(inner.start, 'no @ modifiers allowed before range');
    const range = this.#duration(node.getChild('DurationExpr')!, true);
    return { kind: 'matrix-selector', start: inner.start, end: node.to, selector: inner, range };
  }

  #subquery(node: SyntaxNode, inner: Expression): Subquery {
    const [range, step] = node.getChildren('DurationExpr');
    const subquery: Subquery = {
      kind: 'subquery',
      start: inner.start,
      end: node.to,
      inner,
      range: this.#duration(range!, true),
      step: step === undefined ? undefined : this.#duration(step, true),
      offset: 0,
      at: undefined,
    };
    return this.#checked(subquery, checkSubquery(subquery));
  }

  /** A range must be greater than nothing; what depends on the query is looked at when it is known. */
  #duration(node: SyntaxNode, positive: boolean): Duration {
    const duration = readDuration(node, this.#text);
    if (duration === undefined) throw this.#error(node, `not a valid duration string: "${this.#slice(node)}"`);
    if (typeof duration !== 'number') return duration;
    if (!Number.isFinite(duration) || Math.abs(duration) > 9e15) throw this.#error(node, 'duration out of range');
    if (positive && duration <= 0) throw this.#error(node, 'duration must be greater than 0');
    return duration;
  }

  #withOffset(node: SyntaxNode, operand: Expression): Expression {
    const inner = this.#shifted(operand, 'offset modifier');
    const offset = this.#duration(node.getChild('OffsetDurationExpr')!, false);
    if (shiftOf(inner).offset !== 0) throw this.#errorAt(inner.start, 'offset may not be set multiple times');
    return withShift(inner, { offset }, node.to);
  }

  #withAt(node: SyntaxNode, operand: Expression): Expression {
    const inner = this.#shifted(operand, '@ modifier');
    if (shiftOf(inner).at !== undefined)
      throw this.#errorAt(inner.start, '@ <timestamp> may not be set multiple times');
    const preprocessor = node.getChild('AtModifierPreprocessors');
    if (preprocessor !== null) {
      const at = this.#slice(preprocessor).toLowerCase() === 'start' ? 'start' : 'end';
      return withShift(inner, { at }, node.to);
    }
    const literal = node.getChild('NumberDurationLiteral')!;
    const seconds = parseNumber(this.#slice(literal).replace(/\s+/g, ''));
    if (seconds === undefined || !Number.isFinite(seconds) || Math.abs(seconds) > 9e15 / 1_000) {
      throw this.#error(literal, `timestamp out of bounds for @ modifier: ${this.#slice(literal)}`);
    }
    return withShift(inner, { at: Math.round(seconds * 1_000) }, node.to);
  }

  #shifted(inner: Expression, what: string): Shifted {
    if (inner.kind === 'vector-selector' || inner.kind === 'matrix-selector' || inner.kind === 'subquery') return inner;
    throw this.#errorAt(
      inner.start,
      `${what} must be preceded by an instant vector selector or range vector selector or a subquery`,
    );
  }

  #extended(node: SyntaxNode, inner: Expression, extension: 'anchored' | 'smoothed'): Expression {
    if (inner.kind === 'vector-selector') return { ...inner, extension, end: node.to };
    if (inner.kind === 'matrix-selector') return { ...inner, selector: { ...inner.selector, extension }, end: node.to };
    throw this.#errorAt(inner.start, `${extension} modifier must be preceded by an instant or range vector selector`);
  }

  #unary({ sign, start, inner }: Ordered & { kind: 'sign' }): Expression {
    const operand = this.#ordered(inner);
    if (operand.kind === 'number') return { ...operand, start, value: sign === '-' ? -operand.value : operand.value };
    const unary: Unary = { kind: 'unary', start, end: operand.end, op: sign, inner: operand };
    return this.#checked(unary, checkUnary(unary));
  }

  #binary({ node, op, left, right }: Ordered & { kind: 'binary' }): Expression {
    const { matching, isGrouped } = readMatching(node, op, this.#text);
    const sides = { left: this.#ordered(left), right: this.#ordered(right) };
    const binary: Binary = {
      kind: 'binary',
      start: sides.left.start,
      end: sides.right.end,
      op: op as Binary['op'],
      ...sides,
      returnBool: node.getChild('BoolModifier') !== null,
      matching,
      opStart: operatorNode(node).from,
    };
    return this.#checked(binary, checkBinary(binary, isGrouped));
  }

  #call(node: SyntaxNode): Call {
    const name = this.#slice(node.getChild('FunctionIdentifier')!);
    if (!functionSignatures.has(name)) throw this.#error(node, `unknown function with name "${name}"`);
    const args = this.#children(node.getChild('FunctionCallBody')!).map((child, i) => {
      const isInfoSelector = name === 'info' && i === 1 && child.name === 'VectorSelector';
      return isInfoSelector ? readSelector(child, this.#text, true) : this.expression(child);
    });
    const call: Call = { kind: 'call', start: node.from, end: node.to, name, args };
    return this.#checked(call, checkCall(call));
  }

  #aggregation(node: SyntaxNode): Aggregation {
    const op = this.#slice(node.getChild('AggregateOp')!).toLowerCase();
    const modifier = node.getChild('AggregateModifier');
    const args = this.#children(node.getChild('FunctionCallBody')!).map((child) => this.expression(child));
    if (args.length === 0) throw this.#error(node, 'no arguments for aggregate expression provided');
    const wanted = aggregationParameters.has(op) ? 2 : 1;
    if (args.length !== wanted) {
      throw this.#error(
        node,
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
      );
    }
    const aggregation: Aggregation = {
      kind: 'aggregation',
      start: node.from,
      end: node.to,
      op,
      inner: args.at(-1)!,
      param: wanted === 2 ? args[0] : undefined,
      labels: modifier === null ? [] : labelNames(modifier, this.#text),
      without: modifier?.getChild('Without') != null,
    };
    return this.#checked(aggregation, checkAggregation(aggregation));
  }

  #checked<T>(node: T, problem: TypeProblem | undefined): T {
    if (problem !== undefined) throw new ParseError(this.#text, problem.at, problem.message);
    return node;
  }

  #slice(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to);
  }

  #error(node: SyntaxNode, message: string): ParseError {
    return this.#errorAt(node.from, message);
  }

  #errorAt(position: number, message: string): ParseError {
    return new ParseError(this.#text, position, message);
  }
}

/** The operator of a `BinaryExpr`: what follows its first operand. */
function operatorNode(node: SyntaxNode): SyntaxNode {
  let child = node.firstChild!;
  while (!isExpressionNode(child)) child = child.nextSibling!;
  return child.nextSibling!;
}

function shiftOf(expression: Shifted) {
  return expression.kind === 'matrix-selector' ? expression.selector : expression;
}

function withShift(expression: Shifted, shift: { offset?: Duration; at?: number | 'start' | 'end' }, end: number) {
  if (expression.kind === 'matrix-selector')
    return { ...expression, end, selector: { ...expression.selector, ...shift } };
  return { ...expression, ...shift, end };
}

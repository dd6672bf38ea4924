/**
 * Durations of a range, an offset or a resolution: `5m`, `300` (seconds), and arithmetic on these with the query's own
 * `step()` and `range()`. Numbers are seconds everywhere, so `2m*15` multiplies 120 s by 15.
 */
import type { SyntaxNode } from '@lezer/common';
import type { Duration } from './ast.ts';
import { parseNumber } from './number-literal.ts';

export interface QueryTimes {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** Reads a node of the grammar's `DurationExpr` or `OffsetDurationExpr`; `undefined` when a number in it is none. */
export function readDuration(node: SyntaxNode, text: string): Duration | undefined {
  const inner = durationChildren(node);
  const operator = operatorOf(node, text);
  if (node.name === 'NumberDurationLiteralInDurationContext') {
    const seconds = parseNumber(text.slice(node.from, node.to));
    return seconds === undefined ? undefined : seconds * 1_000;
  }
  if (operator === 'step' || operator === 'range') return { kind: operator };
  if (inner.length === 0) return undefined;
  const left = readDuration(inner[0]!, text);
  if (left === undefined) return undefined;
  if (inner.length === 1) {
    if (operator !== '-') return left;
    return typeof left === 'number' ? -left : { kind: 'negative', inner: left };
  }
  const right = readDuration(inner[1]!, text);
  if (right === undefined || operator === undefined) return undefined;
  const result: Duration = { kind: 'binary', op: operator as '+', left, right };
  const isFixed = typeof left === 'number' && typeof right === 'number';
  return isFixed ? durationMs(result, { startMs: 0, endMs: 0, stepMs: 0 }) : result;
}

const operandNames = ['DurationExpr', 'OffsetDurationExpr', 'NumberDurationLiteralInDurationContext'];

function durationChildren(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (operandNames.includes(child.name)) found.push(child);
  return found;
}

const operators: Record<string, string> = {
  Add: '+',
  Sub: '-',
  Mul: '*',
  Div: '/',
  Mod: '%',
  Pow: '^',
  DurationStep: 'step',
  DurationRange: 'range',
  DurationMinOf: 'min',
  DurationMaxOf: 'max',
};

function operatorOf(node: SyntaxNode, text: string): string | undefined {
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name === 'UnaryOp') return text.slice(child.from, child.to);
    const operator = operators[child.name];
    if (operator !== undefined) return operator;
  }
  return undefined;
}

/** Milliseconds, unrounded; not finite for a division by zero. */
export function durationMs(duration: Duration, query: QueryTimes): number {
  if (typeof duration === 'number') return duration;
  switch (duration.kind) {
    case 'step':
      return query.stepMs;
    case 'range':
      return query.endMs - query.startMs;
    case 'negative':
      return -durationMs(duration.inner, query);
    case 'binary': {
      const left = durationMs(duration.left, query) / 1_000;
      const right = durationMs(duration.right, query) / 1_000;
      return arithmetic(duration.op, left, right) * 1_000;
    }
  }
}

function arithmetic(op: string, left: number, right: number): number {
  switch (op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return left ** right;
    case 'min':
      return Math.min(left, right);
    default:
      return Math.max(left, right);
  }
}

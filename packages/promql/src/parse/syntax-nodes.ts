/** What the nodes of the official grammar are called, and how to get at names in them. */
import type { SyntaxNode } from '@lezer/common';
import { ParseError } from './parse-error.ts';
import { parseString } from './string-literal.ts';

const expressionNodes: ReadonlySet<string> = new Set([
  'AggregateExpr',
  'BinaryExpr',
  'FunctionCall',
  'MatrixSelector',
  'NumberDurationLiteral',
  'OffsetExpr',
  'AnchoredExpr',
  'SmoothedExpr',
  'ParenExpr',
  'StringLiteral',
  'SubqueryExpr',
  'UnaryExpr',
  'VectorSelector',
  'StepInvariantExpr',
]);

/** True for a node that is an expression by itself. */
export function isExpressionNode(node: SyntaxNode): boolean {
  return expressionNodes.has(node.name);
}

/** The labels of a `GroupingLabels` below the node: none when there is none. */
export function labelNames(node: SyntaxNode, text: string): string[] {
  const grouping = node.name === 'GroupingLabels' ? node : node.getChild('GroupingLabels');
  const names: string[] = [];
  for (let child = grouping?.firstChild ?? null; child !== null; child = child.nextSibling) {
    if (child.name === 'LabelName') names.push(text.slice(child.from, child.to));
    else if (child.name === 'QuotedLabelName') names.push(stringOf(child, text));
  }
  return names;
}

/** The text that a string literal stands for; throws `ParseError`. */
export function stringOf(node: SyntaxNode, text: string): string {
  const literal = text.slice(node.from, node.to);
  const value = parseString(literal);
  if (value !== undefined) return value;
  const isOpen = literal.length < 2 || literal.at(-1) !== literal[0];
  throw new ParseError(
    text,
    node.from,
    isOpen ? 'unterminated quoted string' : `unknown escape sequence in ${literal}`,
  );
}

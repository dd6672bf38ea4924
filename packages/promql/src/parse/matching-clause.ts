/** How the two sides of an operator are matched: `on`, `ignoring`, `group_left`, `group_right`, `fill`. */
import type { SyntaxNode } from '@lezer/common';
import { type Matching, setOperators } from './ast.ts';
import { parseNumber } from './number-literal.ts';
import { labelNames } from './syntax-nodes.ts';

/** Reads the clauses of a `BinaryExpr`. `isGrouped` is true where any label was named. */
export function readMatching(node: SyntaxNode, op: string, text: string): { matching: Matching; isGrouped: boolean } {
  const clause = node.getChild('MatchingModifierClause');
  const isSet = setOperators.includes(op);
  const { fillLeft, fillRight } = readFill(node.getChild('FillModifier'), text);
  const base = { fillLeft, fillRight, card: isSet ? 'many-to-many' : 'one-to-one' } as const;
  if (clause === null) return { matching: { ...base, on: false, labels: [], include: [] }, isGrouped: false };
  const [own, taken] = clause.getChildren('GroupingLabels');
  const isLeft = clause.getChild('GroupLeft') !== null;
  const isRight = clause.getChild('GroupRight') !== null;
  const card = isLeft ? 'many-to-one' : isRight ? 'one-to-many' : base.card;
  const on = clause.getChild('On') !== null;
  const labels = labelNames(own!, text);
  return {
    matching: { ...base, on, labels, card, include: taken === undefined ? [] : labelNames(taken, text) },
    isGrouped: labels.length > 0 || isLeft || isRight,
  };
}

function readFill(node: SyntaxNode | null, text: string) {
  const read = (name: string): number | undefined => {
    const literal = node?.getChild(name)?.getChild('NumberDurationLiteral');
    if (literal == null) return undefined;
    return parseNumber(text.slice(literal.from, literal.to).replace(/\s+/g, ''));
  };
  const both = read('FillClause');
  return { fillLeft: both ?? read('FillLeftClause'), fillRight: both ?? read('FillRightClause') };
}

/**
 * Puts operators in Prometheus' order. The official grammar is made for editors: it lets what comes after an operand
 * (`offset`, `@`, a range, a subquery) take hold of all that stands before it, so that `a + b offset 5m` shifts both, and
 * reads `-2 ^ 2` as a power of minus two. Here the operands and operators of such a tree are laid out in the order of the
 * text, and bound anew by their ranks (precedence climbing): or; and, unless; comparisons; + -; * / % atan2 and signs; ^.
 */
import type { SyntaxNode } from '@lezer/common';
import { isExpressionNode } from './syntax-nodes.ts';

/** A tree of operands and operators, each with the node that it was read from. */
export type Ordered =
  /** `after` is what follows the operand, the innermost first. `unsigned` is true where the sign has become an operator. */
  | {
      readonly kind: 'operand';
      readonly node: SyntaxNode;
      readonly after: readonly SyntaxNode[];
      readonly unsigned: boolean;
    }
  | { readonly kind: 'sign'; readonly sign: '+' | '-'; readonly start: number; readonly inner: Ordered }
  | {
      readonly kind: 'binary';
      readonly node: SyntaxNode;
      readonly op: string;
      readonly left: Ordered;
      readonly right: Ordered;
    };

type Item =
  | { readonly kind: 'operand'; readonly node: SyntaxNode; readonly after: SyntaxNode[]; readonly unsigned: boolean }
  | { readonly kind: 'sign'; readonly sign: '+' | '-'; readonly start: number }
  | { readonly kind: 'operator'; readonly node: SyntaxNode; readonly op: string };

const postfixNodes: ReadonlySet<string> = new Set([
  'OffsetExpr',
  'StepInvariantExpr',
  'MatrixSelector',
  'SubqueryExpr',
  'AnchoredExpr',
  'SmoothedExpr',
]);

const ranks: Record<string, number> = {
  or: 1,
  and: 2,
  unless: 2,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
};
const comparisonRank = 3;
const powerRank = 6;

export function inOrder(node: SyntaxNode, text: string): Ordered {
  const items: Item[] = [];
  layOut(node, text, items);
  return new Binder(items).bind(0);
}

function layOut(node: SyntaxNode, text: string, items: Item[]): void {
  if (node.name === 'BinaryExpr') {
    const [left, right] = expressionsOf(node);
    layOut(left!, text, items);
    const operator = left!.nextSibling!;
    items.push({ kind: 'operator', node, op: text.slice(operator.from, operator.to).toLowerCase() });
    layOut(right!, text, items);
  } else if (node.name === 'UnaryExpr') {
    items.push({ kind: 'sign', sign: text[node.from] as '+', start: node.from });
    layOut(expressionsOf(node)[0]!, text, items);
  } else if (postfixNodes.has(node.name)) {
    layOut(expressionsOf(node)[0]!, text, items);
    const last = items.at(-1)!;
    if (last.kind === 'operand') last.after.push(node);
  } else {
    const signed = node.name === 'NumberDurationLiteral' && /[+-]/.test(text[node.from]!);
    if (signed) items.push({ kind: 'sign', sign: text[node.from] as '+', start: node.from });
    items.push({ kind: 'operand', node, after: [], unsigned: signed });
  }
}

function expressionsOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (isExpressionNode(child)) found.push(child);
  return found;
}

class Binder {
  readonly #items: readonly Item[];
  #at = 0;

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  /** All operators from here on that bind at least as tightly as `least`. */
  bind(least: number): Ordered {
    let left = this.#first();
    for (;;) {
      const next = this.#items[this.#at];
      if (next?.kind !== 'operator') return left;
      const rank = ranks[next.op] ?? comparisonRank;
      if (rank < least) return left;
      this.#at++;
      // Powers bind from the right, all others from the left.
      const right = this.bind(rank === powerRank ? rank : rank + 1);
      left = { kind: 'binary', node: next.node, op: next.op, left, right };
    }
  }

  #first(): Ordered {
    const item = this.#items[this.#at++]!;
    if (item.kind === 'sign') {
      // A sign binds as a product does: a power belongs to what it is put before.
      return { kind: 'sign', sign: item.sign, start: item.start, inner: this.bind(powerRank) };
    }
    return item as Ordered;
  }
}

/**
 * The expressions that can be evaluated. Times and durations in milliseconds; `start` is where the node begins in the
 * text, for error messages. Functions, operators and aggregations will be further kinds of `Expression`.
 */
import type { Matcher } from '@jaegis/model';

export interface VectorSelector {
  readonly kind: 'vector-selector';
  readonly start: number;
  /** The metric's name is among them, as a matcher of `__name__`. */
  readonly matchers: readonly Matcher[];
  readonly offsetMs: number;
  /** The time it is fixed to by `@`. */
  readonly at: number | 'start' | 'end' | undefined;
}

export interface MatrixSelector {
  readonly kind: 'matrix-selector';
  readonly start: number;
  readonly selector: VectorSelector;
  readonly rangeMs: number;
}

export interface Parenthesized {
  readonly kind: 'parenthesized';
  readonly start: number;
  readonly inner: Expression;
}

export type Expression = VectorSelector | MatrixSelector | Parenthesized;

/** The expression without the parentheses around it. */
export function unwrap(expression: Expression): VectorSelector | MatrixSelector {
  return expression.kind === 'parenthesized' ? unwrap(expression.inner) : expression;
}

/**
 * The expressions of PromQL. `start` and `end` are where a node stands in the text, for messages. Durations may be
 * arithmetic on the query's own step and range, so they are worked out when the query is known.
 */
import type { Matcher } from '@jaegis/model';

/** Prometheus' names of the four types of a value. */
export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string';

interface Node {
  readonly start: number;
  readonly end: number;
}

/** Milliseconds, or arithmetic that gives them once step and range of the query are known. */
export type Duration = number | DurationArithmetic;

export type DurationArithmetic =
  | { readonly kind: 'step' | 'range' }
  | { readonly kind: 'negative'; readonly inner: Duration }
  | {
      readonly kind: 'binary';
      readonly op: '+' | '-' | '*' | '/' | '%' | '^' | 'min' | 'max';
      readonly left: Duration;
      readonly right: Duration;
    };

/** What moves a selector or a subquery in time. */
export interface TimeShift {
  readonly offset: Duration;
  /** The time it is fixed to by `@`, epoch milliseconds, or the query's own start or end. */
  readonly at: number | 'start' | 'end' | undefined;
}

export interface NumberLiteral extends Node {
  readonly kind: 'number';
  readonly value: number;
}

export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly value: string;
}

export interface VectorSelector extends Node, TimeShift {
  readonly kind: 'vector-selector';
  /** The metric's name is among them, as a matcher of `__name__`. */
  readonly matchers: readonly Matcher[];
  /** `anchored` takes the sample before the window in; `smoothed` interpolates at both ends of it. */
  readonly extension: 'anchored' | 'smoothed' | undefined;
}

export interface MatrixSelector extends Node {
  readonly kind: 'matrix-selector';
  readonly selector: VectorSelector;
  readonly range: Duration;
}

export interface Subquery extends Node, TimeShift {
  readonly kind: 'subquery';
  readonly inner: Expression;
  readonly range: Duration;
  /** The default resolution when left out. */
  readonly step: Duration | undefined;
}

export interface Parenthesized extends Node {
  readonly kind: 'parenthesized';
  readonly inner: Expression;
}

export interface Unary extends Node {
  readonly kind: 'unary';
  readonly op: '+' | '-';
  readonly inner: Expression;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2' | '</' | '>/';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type SetOperator = 'and' | 'or' | 'unless';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator;

export interface Matching {
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly card: 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';
  /** Labels of the "one" side to take over. */
  readonly include: readonly string[];
  readonly fillLeft: number | undefined;
  readonly fillRight: number | undefined;
}

export interface Binary extends Node {
  readonly kind: 'binary';
  readonly op: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly returnBool: boolean;
  readonly matching: Matching;
  /** Where the operator stands. */
  readonly opStart: number;
}

export interface Call extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
}

export interface Aggregation extends Node {
  readonly kind: 'aggregation';
  readonly op: string;
  readonly inner: Expression;
  readonly param: Expression | undefined;
  readonly labels: readonly string[];
  readonly without: boolean;
}

export type Expression =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Parenthesized
  | Unary
  | Binary
  | Call
  | Aggregation;

/** The expression without the parentheses around it. */
export function unwrap(expression: Expression): Exclude<Expression, Parenthesized> {
  return expression.kind === 'parenthesized' ? unwrap(expression.inner) : expression;
}

export const setOperators: readonly string[] = ['and', 'or', 'unless'];
export const comparisonOperators: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];

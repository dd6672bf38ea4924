/** The operators on two numbers. Comparisons give 0 or 1; what a filter does with that is its own affair. */
import type { BinaryOperator } from '../parse/ast.ts';

export type FloatOperator = (left: number, right: number) => number;

export const floatOperators: ReadonlyMap<BinaryOperator, FloatOperator> = new Map<BinaryOperator, FloatOperator>([
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  ['/', (left, right) => left / right],
  ['%', (left, right) => left % right],
  ['^', power],
  ['atan2', Math.atan2],
  ['==', (left, right) => (left === right ? 1 : 0)],
  ['!=', (left, right) => (left !== right ? 1 : 0)],
  ['<', (left, right) => (left < right ? 1 : 0)],
  ['<=', (left, right) => (left <= right ? 1 : 0)],
  ['>', (left, right) => (left > right ? 1 : 0)],
  ['>=', (left, right) => (left >= right ? 1 : 0)],
]);

/** JavaScript says NaN to 1 ^ NaN and 1 ^ Inf, all others say 1. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1;
  return base ** exponent;
}

/** Expressions as text, in Prometheus' own layout; past 100 characters the parts of an expression get lines of their own. */

import type { Matcher } from '@jaegis/model';
import { formatNumber } from '../evaluate/format-number.ts';
import type { Binary, Duration, Expression, Matching, TimeShift, VectorSelector } from './ast.ts';

const maxWidth = 100;

export function printExpression(expression: Expression, indent = 0): string {
  const space = '  '.repeat(indent);
  const line = space + oneLine(expression);
  if (line.length <= maxWidth) return line;
  const inner = (child: Expression) => printExpression(child, indent + 1);
  switch (expression.kind) {
    case 'parenthesized':
      return `${space}(\n${inner(expression.inner)}\n${space})`;
    case 'unary':
      return `${space}${expression.op}${printExpression(expression.inner, indent).trimStart()}`;
    case 'subquery':
      return `${printExpression(expression.inner, indent)}${subqueryEnd(expression)}`;
    case 'call':
      return `${space}${expression.name}(\n${expression.args.map(inner).join(',\n')}\n${space})`;
    case 'aggregation': {
      const args = expression.param === undefined ? [expression.inner] : [expression.param, expression.inner];
      return `${space}${aggregationHead(expression)}(\n${args.map(inner).join(',\n')}\n${space})`;
    }
    case 'binary':
      return `${inner(expression.left)}\n${space}${operatorText(expression)}\n${inner(expression.right)}`;
    default:
      return line;
  }
}

function oneLine(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return formatNumber(expression.value);
    case 'string':
      return JSON.stringify(expression.value);
    case 'vector-selector':
      return selectorText(expression) + extensionText(expression) + shiftText(expression);
    case 'matrix-selector':
      return `${selectorText(expression.selector)}[${durationText(expression.range)}]${extensionText(expression.selector)}${shiftText(expression.selector)}`;
    case 'subquery':
      return oneLine(expression.inner) + subqueryEnd(expression);
    case 'parenthesized':
      return `(${oneLine(expression.inner)})`;
    case 'unary':
      return expression.op + oneLine(expression.inner);
    case 'binary':
      return `${oneLine(expression.left)} ${operatorText(expression)} ${oneLine(expression.right)}`;
    case 'call':
      return `${expression.name}(${expression.args.map(oneLine).join(', ')})`;
    case 'aggregation': {
      const param = expression.param === undefined ? '' : `${oneLine(expression.param)}, `;
      return `${aggregationHead(expression)}(${param}${oneLine(expression.inner)})`;
    }
  }
}

function aggregationHead({ op, without, labels }: { op: string; without: boolean; labels: readonly string[] }): string {
  const names = labels.map(labelText).join(', ');
  if (without) return `${op} without (${names}) `;
  return labels.length > 0 ? `${op} by (${names}) ` : op;
}

function operatorText({ op, returnBool, matching }: Binary): string {
  return [op, returnBool ? 'bool' : '', matchingText(matching)].filter(Boolean).join(' ');
}

function matchingText({ on, labels, card, include, fillLeft, fillRight }: Matching): string {
  const parts: string[] = [];
  const names = (list: readonly string[]) => `(${list.map(labelText).join(', ')})`;
  const isGrouped = card === 'many-to-one' || card === 'one-to-many';
  if (on || labels.length > 0 || isGrouped) parts.push(`${on ? 'on' : 'ignoring'} ${names(labels)}`);
  if (isGrouped) parts.push(`${card === 'many-to-one' ? 'group_left' : 'group_right'} ${names(include)}`);
  if (fillLeft !== undefined && fillLeft === fillRight) parts.push(`fill (${formatNumber(fillLeft)})`);
  else {
    if (fillLeft !== undefined) parts.push(`fill_left (${formatNumber(fillLeft)})`);
    if (fillRight !== undefined) parts.push(`fill_right (${formatNumber(fillRight)})`);
  }
  return parts.join(' ');
}

function selectorText({ matchers }: VectorSelector): string {
  const name = matchers.find((matcher) => matcher.name === '__name__' && matcher.op === '=');
  const isPlain = name !== undefined && /^[A-Za-z_:][\w:]*$/.test(name.value);
  const rest = matchers.filter((matcher) => matcher !== name).map(matcherText);
  if (name !== undefined && !isPlain) rest.unshift(JSON.stringify(name.value));
  const braces = rest.length > 0 ? `{${rest.join(',')}}` : '';
  return (isPlain ? name.value : '') + braces;
}

function matcherText({ name, op, value }: Matcher): string {
  return `${labelText(name)}${op}${JSON.stringify(value)}`;
}

function labelText(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

function extensionText({ extension }: VectorSelector): string {
  return extension === undefined ? '' : ` ${extension}`;
}

function subqueryEnd(subquery: { range: Duration; step: Duration | undefined } & TimeShift): string {
  const step = subquery.step === undefined ? '' : durationText(subquery.step);
  return `[${durationText(subquery.range)}:${step}]${shiftText(subquery)}`;
}

function shiftText({ offset, at }: TimeShift): string {
  const fixed = at === undefined ? '' : typeof at === 'number' ? ` @ ${(at / 1_000).toFixed(3)}` : ` @ ${at}()`;
  if (offset === 0) return fixed;
  return `${fixed} offset ${typeof offset === 'number' ? durationText(offset) : `(${durationText(offset)})`}`;
}

const units: readonly (readonly [string, number])[] = [
  ['y', 31_536_000_000],
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** Prometheus' own form: years, weeks and days only where nothing is left over. */
function durationText(duration: Duration): string {
  if (typeof duration !== 'number') return arithmeticText(duration);
  if (duration < 0) return `-${durationText(-duration)}`;
  let rest = Math.round(duration);
  if (rest === 0) return '0s';
  let text = '';
  for (const [unit, size] of units) {
    const exact = unit === 'y' || unit === 'w' || unit === 'd';
    if (rest < size || (exact && rest % size !== 0)) continue;
    text += `${Math.floor(rest / size)}${unit}`;
    rest %= size;
  }
  return text;
}

function arithmeticText(duration: Exclude<Duration, number>): string {
  switch (duration.kind) {
    case 'step':
    case 'range':
      return `${duration.kind}()`;
    case 'negative':
      return `-${durationText(duration.inner)}`;
    case 'binary': {
      const [left, right] = [durationText(duration.left), durationText(duration.right)];
      if (duration.op === 'min' || duration.op === 'max') return `${duration.op}_of(${left}, ${right})`;
      return `(${left} ${duration.op} ${right})`;
    }
  }
}

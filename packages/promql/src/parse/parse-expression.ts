/** From the syntax tree of the official grammar to our expressions, with the checks that Prometheus' own parser makes. */
import type { Matcher } from '@jaegis/model';
import { compileLinearRegex } from '@jaegis/std';
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import type { Expression, MatrixSelector, VectorSelector } from './ast.ts';
import { parseNumber } from './number-literal.ts';
import { ParseError } from './parse-error.ts';
import { parseString } from './string-literal.ts';

/** Longer expressions are refused. */
const maxLength = 100_000;

export type ParseResult =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly error: string };

/** Parses an expression; the error is in Prometheus' form. */
export function parseExpression(text: string): ParseResult {
  if (text.trim() === '') return { ok: false, error: 'unknown position: parse error: no expression found in input' };
  if (text.length > maxLength) {
    return {
      ok: false,
      error: `unknown position: parse error: the expression has ${text.length} characters, must have at most ${maxLength}`,
    };
  }
  try {
    const root = parser.parse(text).topNode;
    checkSyntax(root, text);
    return { ok: true, expression: new Builder(text).expression(root.firstChild!) };
  } catch (error) {
    if (error instanceof ParseError) return { ok: false, error: error.message };
    throw error;
  }
}

/** The grammar mends what is wrong so that editors can go on; here the first mended place is an error. */
function checkSyntax(root: SyntaxNode, text: string): void {
  const cursor = root.cursor();
  let opened: number | undefined;
  do {
    if (cursor.name === 'LabelMatchers' && text[cursor.to - 1] !== '}') opened ??= cursor.from;
    if (!cursor.type.isError) continue;
    const rest = text.slice(cursor.from).trimStart();
    if (rest !== '') throw new ParseError(text, text.length - rest.length, `unexpected ${describe(rest)}`);
    if (opened !== undefined) throw new ParseError(text, text.length, 'unexpected end of input inside braces');
    throw new ParseError(text, text.length, 'unexpected end of input');
  } while (cursor.next());
  if (root.firstChild === null) throw new ParseError(text, 0, 'no expression found in input');
}

function describe(rest: string): string {
  const word = /^[A-Za-z_:][\w:]*/.exec(rest);
  if (word !== null) return `identifier "${word[0]}"`;
  const number = /^[\d.]+/.exec(rest);
  if (number !== null) return `number "${number[0]}"`;
  return JSON.stringify(String.fromCodePoint(rest.codePointAt(0)!));
}

class Builder {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  expression(node: SyntaxNode): Expression {
    switch (node.name) {
      case 'ParenExpr':
        return { kind: 'parenthesized', start: node.from, inner: this.expression(this.#inner(node)) };
      case 'VectorSelector':
        return this.#vectorSelector(node);
      case 'MatrixSelector':
        return this.#matrixSelector(node);
      case 'OffsetExpr':
        return this.#withOffset(node);
      case 'StepInvariantExpr':
        return this.#withAt(node);
      default:
        throw this.#unsupported(node);
    }
  }

  /** The expression inside a node that wraps one. */
  #inner(node: SyntaxNode): SyntaxNode {
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      if (!child.type.isSkipped && child.name !== 'LineComment' && /[A-Z]/.test(child.name[0]!)) return child;
    }
    throw this.#error(node, 'no expression found in input');
  }

  #vectorSelector(node: SyntaxNode): VectorSelector {
    const matchers: Matcher[] = [];
    const name = node.getChild('Identifier');
    if (name !== null) matchers.push({ name: '__name__', op: '=', value: this.#slice(name) });
    const braces = node.getChild('LabelMatchers');
    for (let child = braces?.firstChild ?? null; child !== null; child = child.nextSibling) {
      if (child.name === 'QuotedLabelName') matchers.push(this.#quotedName(child, matchers));
      else if (child.name === 'UnquotedLabelMatcher' || child.name === 'QuotedLabelMatcher')
        matchers.push(this.#matcher(child, matchers));
    }
    if (matchers.every(matchesEmpty))
      throw this.#error(node, 'vector selector must contain at least one non-empty matcher');
    return { kind: 'vector-selector', start: node.from, matchers, offsetMs: 0, at: undefined };
  }

  /** `{"metric.name"}`: a string alone between the braces is the metric's name. */
  #quotedName(node: SyntaxNode, before: readonly Matcher[]): Matcher {
    return this.#nameOnce(node, { name: '__name__', op: '=', value: this.#string(node) }, before);
  }

  #matcher(node: SyntaxNode, before: readonly Matcher[]): Matcher {
    const label = node.getChild('LabelName') ?? node.getChild('QuotedLabelName')!;
    const name = label.name === 'LabelName' ? this.#slice(label) : this.#string(label);
    const op = this.#slice(node.getChild('MatchOp')!) as Matcher['op'];
    const value = this.#string(node.lastChild!);
    if (op === '=~' || op === '!~') {
      const regex = compileLinearRegex(value);
      if (!regex.ok) throw this.#error(node.lastChild!, regex.error);
    }
    return this.#nameOnce(node, { name, op, value }, before);
  }

  /** `foo{__name__="bar"}` is a mistake. */
  #nameOnce(node: SyntaxNode, matcher: Matcher, before: readonly Matcher[]): Matcher {
    const first = before.find((each) => each.name === '__name__' && each.op === '=');
    if (matcher.name === '__name__' && first !== undefined) {
      throw this.#error(node, `metric name must not be set twice: "${first.value}" or "${matcher.value}"`);
    }
    return matcher;
  }

  #matrixSelector(node: SyntaxNode): MatrixSelector {
    const inner = this.#inner(node);
    if (inner.name === 'OffsetExpr') throw this.#error(node, 'no offset modifiers allowed before range');
    if (inner.name === 'StepInvariantExpr') throw this.#error(node, 'no @ modifiers allowed before range');
    if (inner.name !== 'VectorSelector') throw this.#error(node, 'ranges only allowed for vector selectors');
    const duration = node.getChild('DurationExpr')!;
    const rangeMs = this.#durationMs(duration);
    if (!(rangeMs > 0)) throw this.#error(duration, 'duration must be greater than 0');
    return { kind: 'matrix-selector', start: node.from, selector: this.#vectorSelector(inner), rangeMs };
  }

  #withOffset(node: SyntaxNode): Expression {
    const inner = this.#modified(node, 'offset modifier');
    const offsetMs = this.#durationMs(node.getChild('OffsetDurationExpr')!);
    if (selectorOf(inner).offsetMs !== 0) throw this.#error(node, 'offset may not be set multiple times');
    return withSelector(inner, { ...selectorOf(inner), offsetMs });
  }

  #withAt(node: SyntaxNode): Expression {
    const inner = this.#modified(node, '@ modifier');
    if (selectorOf(inner).at !== undefined) throw this.#error(node, '@ <timestamp> may not be set multiple times');
    const preprocessor = node.getChild('AtModifierPreprocessors');
    if (preprocessor !== null) {
      return withSelector(inner, { ...selectorOf(inner), at: this.#slice(preprocessor) === 'start' ? 'start' : 'end' });
    }
    const literal = node.getChild('NumberDurationLiteral')!;
    const seconds = parseNumber(this.#slice(literal));
    if (seconds === undefined || !Number.isFinite(seconds) || Math.abs(seconds) > 9e15 / 1_000) {
      throw this.#error(literal, `timestamp out of bounds for @ modifier: ${this.#slice(literal)}`);
    }
    return withSelector(inner, { ...selectorOf(inner), at: Math.round(seconds * 1_000) });
  }

  #modified(node: SyntaxNode, what: string): VectorSelector | MatrixSelector {
    const inner = this.expression(this.#inner(node));
    if (inner.kind !== 'parenthesized') return inner;
    throw this.#error(
      node,
      `${what} must be preceded by an instant vector selector or range vector selector or a subquery`,
    );
  }

  /** `5m`, `300` (seconds), and with a sign. Arithmetic in durations is not supported. */
  #durationMs(node: SyntaxNode): number {
    const text = this.#slice(node).replace(/\s+/g, '');
    const seconds = parseNumber(text);
    if (seconds !== undefined && Number.isFinite(seconds)) return Math.round(seconds * 1_000);
    throw this.#error(node, `duration expression "${text}" is not supported yet`);
  }

  #string(node: SyntaxNode): string {
    const literal = this.#slice(node);
    const value = parseString(literal);
    if (value !== undefined) return value;
    const isOpen = literal.length < 2 || literal.at(-1) !== literal[0];
    throw this.#error(node, isOpen ? 'unterminated quoted string' : `unknown escape sequence in ${literal}`);
  }

  #unsupported(node: SyntaxNode): ParseError {
    const firstWord = /^[\w:]+/.exec(this.#slice(node))?.[0] ?? '';
    const operator = node.name === 'BinaryExpr' ? this.#slice(node.firstChild!.nextSibling!) : '';
    const names: Record<string, string> = {
      FunctionCall: `the function ${firstWord}()`,
      AggregateExpr: `the aggregation ${firstWord}`,
      BinaryExpr: `the operator ${operator}`,
      UnaryExpr: 'a sign before an expression',
      SubqueryExpr: 'a subquery',
      NumberDurationLiteral: 'a number by itself',
      StringLiteral: 'a string by itself',
    };
    const what = names[node.name] ?? `${node.name}`;
    return this.#error(node, `${what} is not supported yet: only selectors such as up{job="x"} or up[5m] are`);
  }

  #slice(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to);
  }

  #error(node: SyntaxNode, message: string): ParseError {
    return new ParseError(this.#text, node.from, message);
  }
}

function selectorOf(expression: VectorSelector | MatrixSelector): VectorSelector {
  return expression.kind === 'vector-selector' ? expression : expression.selector;
}

function withSelector(expression: VectorSelector | MatrixSelector, selector: VectorSelector): Expression {
  return expression.kind === 'vector-selector' ? selector : { ...expression, selector };
}

/** True for a matcher that a series without the label fits. */
function matchesEmpty(matcher: Matcher): boolean {
  if (matcher.op === '=') return matcher.value === '';
  if (matcher.op === '!=') return matcher.value !== '';
  const regex = compileLinearRegex(matcher.value);
  return regex.ok && regex.matches('') === (matcher.op === '=~');
}

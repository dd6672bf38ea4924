/** From the syntax tree of the official grammar to our expressions, with the checks that Prometheus' own parser makes. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import type { Expression } from './ast.ts';
import { hideScalarFunctions, nameDurationFunctions } from './duration-functions.ts';
import { ExpressionBuilder } from './expression-builder.ts';
import { ParseError } from './parse-error.ts';

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
    const normal = normalize(text);
    // Only the parser sees other names: the text that is read has the given ones, at the same places.
    const root = parser.parse(eachCode(normal, hideScalarFunctions)).topNode;
    checkSyntax(root, normal);
    return { ok: true, expression: new ExpressionBuilder(normal).expression(firstExpression(root)) };
  } catch (error) {
    if (error instanceof ParseError) return { ok: false, error: error.message };
    throw error;
  }
}

/** A comment may stand before the expression. */
function firstExpression(root: SyntaxNode): SyntaxNode {
  let child = root.firstChild!;
  while (child.name === 'LineComment' && child.nextSibling !== null) child = child.nextSibling;
  return child;
}

/**
 * What Prometheus reads and the grammar does not: functions of durations in capitals or under their earlier names, `5.` for
 * `5.0`, and the name that double_exponential_smoothing had before Prometheus 3. Strings and comments stay as they are.
 */
function normalize(text: string): string {
  return eachCode(text, (code) =>
    nameDurationFunctions(code)
      .replace(/\b(?:step|range|min_of|max_of)(?=\s*\()/gi, (word) => word.toLowerCase())
      .replace(/(?<![\w:.])(\d+)\.(?![\w.])/g, '$1 ')
      .replace(/\bholt_winters(?=\s*\()/g, 'double_exponential_smoothing'),
  );
}

/** Changes what is neither a string nor a comment. */
function eachCode(text: string, change: (code: string) => string): string {
  const parts = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|#[^\n]*|([^"'`#]+)/g;
  return text.replace(parts, (whole, code: string | undefined) => (code === undefined ? whole : change(code)));
}

/** The grammar mends what is wrong so that editors can go on; here the first mended place is an error. */
function checkSyntax(root: SyntaxNode, text: string): void {
  const cursor = root.cursor();
  let opened: number | undefined;
  do {
    if (cursor.name === 'LabelMatchers' && text[cursor.to - 1] !== '}') opened ??= cursor.from;
    if (!cursor.type.isError) continue;
    const called = unknownFunction(cursor.node, text);
    if (called !== undefined)
      throw new ParseError(text, called.from, `unknown function with name "${text.slice(called.from, called.to)}"`);
    const rest = text.slice(cursor.from).trimStart();
    if (rest !== '') throw new ParseError(text, text.length - rest.length, `unexpected ${describe(rest)}`);
    if (opened !== undefined) throw new ParseError(text, text.length, 'unexpected end of input inside braces');
    throw new ParseError(text, text.length, 'unexpected end of input');
  } while (cursor.next());
  if (root.firstChild === null) throw new ParseError(text, 0, 'no expression found in input');
}

/** `nope(up)` is mended to a selector `nope` and something wrong after it. */
function unknownFunction(error: SyntaxNode, text: string): SyntaxNode | undefined {
  const name = error.prevSibling;
  const isCall = name?.name === 'Identifier' && /^\s*\(/.test(text.slice(name.to));
  return isCall && name.parent?.name === 'VectorSelector' ? name : undefined;
}

function describe(rest: string): string {
  const word = /^[A-Za-z_:][\w:]*/.exec(rest);
  if (word !== null) return `identifier "${word[0]}"`;
  const number = /^[\d.]+/.exec(rest);
  if (number !== null) return `number "${number[0]}"`;
  return JSON.stringify(String.fromCodePoint(rest.codePointAt(0)!));
}

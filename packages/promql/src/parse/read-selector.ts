/** Selectors of series: a metric's name and matchers of labels. */
import type { Matcher } from '@jaegis/model';
import { compileLinearRegex } from '@jaegis/std';
import type { SyntaxNode } from '@lezer/common';
import type { VectorSelector } from './ast.ts';
import { ParseError } from './parse-error.ts';
import { stringOf } from './syntax-nodes.ts';

/** Reads a `VectorSelector` of the grammar; throws `ParseError`. Only `info()` takes one that could match everything. */
export function readSelector(node: SyntaxNode, text: string, mayMatchAll = false): VectorSelector {
  const matchers: Matcher[] = [];
  // Only a name outside of a matcher forbids a matcher of the name: `{__name__=~"a.*", __name__!="ab"}` is right.
  let isNamed = node.getChild('Identifier') !== null;
  const name = node.getChild('Identifier');
  if (name !== null) matchers.push({ name: '__name__', op: '=', value: text.slice(name.from, name.to) });
  const braces = node.getChild('LabelMatchers');
  for (let child = braces?.firstChild ?? null; child !== null; child = child.nextSibling) {
    if (child.name === 'QuotedLabelName') {
      matchers.push(quotedName(child, matchers, text));
      isNamed = true;
    } else if (child.name === 'UnquotedLabelMatcher' || child.name === 'QuotedLabelMatcher')
      matchers.push(readMatcher(child, isNamed ? matchers : [], text));
  }
  if (!mayMatchAll && matchers.every(matchesEmpty))
    throw new ParseError(text, node.from, 'vector selector must contain at least one non-empty matcher');
  const place = { start: node.from, end: node.to };
  return { kind: 'vector-selector', ...place, matchers, offset: 0, at: undefined, extension: undefined };
}

/** `{"metric.name"}`: a string alone between the braces is the metric's name. */
function quotedName(node: SyntaxNode, before: readonly Matcher[], text: string): Matcher {
  return nameOnce(node, { name: '__name__', op: '=', value: stringOf(node, text) }, { before, text });
}

function readMatcher(node: SyntaxNode, before: readonly Matcher[], text: string): Matcher {
  const label = node.getChild('LabelName') ?? node.getChild('QuotedLabelName')!;
  const name = label.name === 'LabelName' ? text.slice(label.from, label.to) : stringOf(label, text);
  const opNode = node.getChild('MatchOp')!;
  const op = text.slice(opNode.from, opNode.to) as Matcher['op'];
  const value = stringOf(node.lastChild!, text);
  if (op === '=~' || op === '!~') {
    const regex = compileLinearRegex(value);
    if (!regex.ok) throw new ParseError(text, node.lastChild!.from, regex.error);
  }
  return nameOnce(node, { name, op, value }, { before, text });
}

/** `foo{__name__="bar"}` is a mistake. */
function nameOnce(node: SyntaxNode, matcher: Matcher, at: { before: readonly Matcher[]; text: string }): Matcher {
  const first = at.before.find((each) => each.name === '__name__' && each.op === '=');
  if (matcher.name !== '__name__' || first === undefined) return matcher;
  const message = `metric name must not be set twice: "${first.value}" or "${matcher.value}"`;
  throw new ParseError(at.text, node.from, message);
}

/** True for a matcher that a series without the label fits. */
function matchesEmpty(matcher: Matcher): boolean {
  if (matcher.op === '=') return matcher.value === '';
  if (matcher.op === '!=') return matcher.value !== '';
  const regex = compileLinearRegex(matcher.value);
  return regex.ok && regex.matches('') === (matcher.op === '=~');
}

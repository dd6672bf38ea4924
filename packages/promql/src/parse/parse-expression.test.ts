import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExpression } from './parse-expression.ts';
import { parseSelector } from './parse-selector.ts';

function errorOf(text: string): string {
  const parsed = parseExpression(text);
  return parsed.ok ? 'none' : parsed.error;
}

function selected(text: string): unknown {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(parsed.error);
  const drop = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== 'start' && key !== 'end')
        .map(([key, each]) => [key, drop(each)]),
    );
  };
  return drop(parsed.expression);
}

const up = { name: '__name__', op: '=', value: 'up' };
const plain = { kind: 'vector-selector', offset: 0, at: undefined, extension: undefined };

describe('selectors', () => {
  test.each<[string, unknown]>([
    ['up', { ...plain, matchers: [up] }],
    ['  up # a comment', { ...plain, matchers: [up] }],
    ['job:up:sum', { ...plain, matchers: [{ ...up, value: 'job:up:sum' }] }],
    ['up{}', { ...plain, matchers: [up] }],
    [
      'up{a="1",b!="2",c=~"3.*",d!~`4|5`,}',
      {
        ...plain,
        matchers: [
          up,
          { name: 'a', op: '=', value: '1' },
          { name: 'b', op: '!=', value: '2' },
          { name: 'c', op: '=~', value: '3.*' },
          { name: 'd', op: '!~', value: '4|5' },
        ],
      },
    ],
    ['{__name__=~"a.+"}', { ...plain, matchers: [{ name: '__name__', op: '=~', value: 'a.+' }] }],
    [
      '{"http.requests", "service.name"="x"}',
      {
        ...plain,
        matchers: [
          { name: '__name__', op: '=', value: 'http.requests' },
          { name: 'service.name', op: '=', value: 'x' },
        ],
      },
    ],
    ['up offset 1h30m', { ...plain, matchers: [up], offset: 5_400_000 }],
    ['up offset -5m', { ...plain, matchers: [up], offset: -300_000 }],
    ['up @ 1603774568.123', { ...plain, matchers: [up], at: 1_603_774_568_123 }],
    ['up @ start()', { ...plain, matchers: [up], at: 'start' }],
    ['up @ end() offset 1m', { ...plain, matchers: [up], at: 'end', offset: 60_000 }],
    ['up offset 1m @ 10', { ...plain, matchers: [up], at: 10_000, offset: 60_000 }],
    ['up[5m]', { kind: 'matrix-selector', selector: { ...plain, matchers: [up] }, range: 300_000 }],
    [
      'up[300] offset 10s',
      { kind: 'matrix-selector', selector: { ...plain, matchers: [up], offset: 10_000 }, range: 300_000 },
    ],
    ['(up)', { kind: 'parenthesized', inner: { ...plain, matchers: [up] } }],
    ['sum', { ...plain, matchers: [{ ...up, value: 'sum' }] }],
    ['up{a="\\"\\x41\\u00fc\\n"}', { ...plain, matchers: [up, { name: 'a', op: '=', value: '"Aü\n' }] }],
    ["up{a='it\"s'}", { ...plain, matchers: [up, { name: 'a', op: '=', value: 'it"s' }] }],
  ])('%s', (text, expected) => {
    expect(selected(text)).toEqual(expected);
  });
});

describe('errors', () => {
  test.each([
    ['', 'unknown position: parse error: no expression found in input'],
    ['{}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
    ['{a=~".*"}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
    ['{a!="x"}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
    ['foo{__name__="bar"}', '1:5: parse error: metric name must not be set twice: "foo" or "bar"'],
    ['{"a","b"}', '1:6: parse error: metric name must not be set twice: "a" or "b"'],
    ['up{a=~"("}', '1:7: parse error: error parsing regexp: missing closing ): `(`'],
    ['up{a="\\y"}', '1:6: parse error: unknown escape sequence in "\\y"'],
    ['up offset 1m offset 2m', '1:1: parse error: offset may not be set multiple times'],
    ['up @ 1 @ 2', '1:1: parse error: @ <timestamp> may not be set multiple times'],
    ['up @ Inf', '1:6: parse error: timestamp out of bounds for @ modifier: Inf'],
    ['up offset 1m[5m]', '1:1: parse error: no offset modifiers allowed before range'],
    ['(up)[5m]', '1:1: parse error: ranges only allowed for vector selectors'],
    ['up[0s]', '1:4: parse error: duration must be greater than 0'],
    [
      '(up) offset 1m',
      '1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
    ],
    ['rate(up)', '1:6: parse error: expected type range vector in call to function "rate", got instant vector'],
    ['rate()', '1:1: parse error: expected 1 argument(s) in call to "rate", got 0'],
    ['round(up, 1, 2)', '1:1: parse error: expected at most 2 argument(s) in call to "round", got 3'],
    ['label_join(up)', '1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 1'],
    ['nope(up)', '1:1: parse error: unknown function with name "nope"'],
    ['sum(1)', '1:5: parse error: expected type instant vector in aggregation expression, got scalar'],
    ['topk(up)', '1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1'],
    ['sum()', '1:1: parse error: no arguments for aggregate expression provided'],
    ['1 > 2', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
    ['up + bool 1', '1:4: parse error: bool modifier can only be used on comparison operators'],
    ['up and 1', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
    ['up + on(a) 1', '1:1: parse error: vector matching only allowed between instant vectors'],
    ['up and on(a) group_left up', '1:1: parse error: no grouping allowed for "and" operation'],
    ['up + on(a) group_left(a) up', '1:4: parse error: label "a" must not occur in ON and GROUP clause at once'],
    ['up[5m] + 1', '1:1: parse error: binary expression must contain only scalar and instant vector types'],
    [
      '-up[5m]',
      '1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "range vector"',
    ],
    ['1[5m:1m]', '1:1: parse error: subquery is only allowed on instant vector, got scalar instead'],
    ['up{a="b"', '1:9: parse error: unexpected end of input inside braces'],
    ['up{', '1:4: parse error: unexpected end of input inside braces'],
    ['up up', '1:4: parse error: unexpected identifier "up"'],
    ['up\n  $', '2:3: parse error: unexpected "$"'],
    ['up[', '1:4: parse error: unexpected end of input'],
  ])('%s', (text, error) => {
    expect(errorOf(text)).toBe(error);
  });

  test('no text makes the parser throw', () => {
    const piece = fc.constantFrom(
      'up',
      '{',
      '}',
      '[5m]',
      '(',
      ')',
      '"x"',
      '=',
      '=~',
      '!~',
      'offset',
      '@',
      '1m',
      ',',
      '-',
      'a',
      '"',
      '`',
      '\\',
      ' ',
      'sum',
      '5',
      '#',
      ':',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((p) => p.join('')),
        ),
        (text) => {
          parseExpression(text);
          parseSelector(text);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

test('a selector is only a selector', () => {
  expect(parseSelector('up{a="b"}').ok).toBe(true);
  expect(['up[5m]', 'up offset 1m', 'up @ 1', '(up)', 'sum(up)'].map((text) => parseSelector(text).ok)).toEqual(
    Array(5).fill(false),
  );
});

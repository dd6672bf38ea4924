import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExpression } from './parse-expression.ts';
import { printExpression } from './print-expression.ts';

function printed(text: string): string {
  const parsed = parseExpression(text);
  return parsed.ok ? printExpression(parsed.expression) : parsed.error;
}

test.each([
  ['sum(rate(up{a="b"}[5m]))by(x,y)', 'sum by (x, y) (rate(up{a="b"}[5m]))'],
  ['topk (3,a) ', 'topk(3, a)'],
  ['a+on(x)group_left(y)b', 'a + on (x) group_left (y) b'],
  ['a==bool 1', 'a == bool 1'],
  ['-2^2', '-2 ^ 2'],
  ['a[90m:30s] @ end() offset -1d', 'a[1h30m:30s] @ end() offset -1d'],
  ['{"a.b","c d"="x"}', '{"a.b","c d"="x"}'],
  ['rate(a[step()*2] anchored)', 'rate(a[(step() * 2s)] anchored)'],
  ['a + fill(0) b', 'a + fill (0) b'],
])('%s', (text, expected) => {
  expect(printed(text)).toBe(expected);
});

test('long expressions get lines', () => {
  const long = `sum by (pool) (rate(${'requests_total_of_a_long_name'}{pool="readers"}[5m])) / sum by (pool) (capacity_of_each_pool)`;
  expect(printed(long)).toBe(
    '  sum by (pool) (rate(requests_total_of_a_long_name{pool="readers"}[5m]))\n/\n  sum by (pool) (capacity_of_each_pool)',
  );
});

test('what is printed means the same', () => {
  const leaf = fc.constantFrom('a', 'b{x="1"}', '2', '-3', 'c offset 5m', 'd @ 10', 'time()', 'e smoothed');
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc
        .tuple(tie('expression'), fc.constantFrom('+', '*', '^', '== bool', 'atan2'), tie('expression'))
        .map((t) => t.join(' ')),
      tie('expression').map((inner) => `(${inner})`),
      tie('expression').map((inner) => `-${inner}`),
      tie('expression').map((inner) => `abs(${inner})`),
      tie('expression').map((inner) => `sum by (x) (${inner})`),
      tie('expression').map((inner) => `max_over_time((${inner})[5m:1m])`),
    ),
  }));
  const withoutPlaces = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (key, each) => (['start', 'end', 'opStart'].includes(key) ? undefined : each)));
  fc.assert(
    fc.property(expression, (text) => {
      const first = parseExpression(text);
      if (!first.ok) return;
      const again = parseExpression(printExpression(first.expression));
      expect(again.ok && withoutPlaces(again.expression)).toEqual(withoutPlaces(first.expression));
    }),
    { numRuns: 500 },
  );
});

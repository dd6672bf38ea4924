import { expect, test } from 'vitest';
import { parseSelectors } from './parse-selectors.ts';

test('every selector of an expression, however deep', () => {
  const found = parseSelectors(
    'histogram_quantile(0.9, sum by (le) (rate(h_bucket{job="a"}[5m]))) / on() max_over_time(up[1h:1m]) > 2',
  );
  expect(found).toMatchObject({ ok: true });
  if (found.ok)
    expect(
      found.selectors.map((matchers) => matchers.map(({ name, op, value }) => `${name}${op}${value}`).sort()),
    ).toEqual([['__name__=h_bucket', 'job=a'], ['__name__=up']]);
  expect(parseSelectors('1 + 2')).toEqual({ ok: true, selectors: [] });
  expect(parseSelectors('sum(')).toMatchObject({ ok: false, error: expect.stringContaining('parse error') });
});

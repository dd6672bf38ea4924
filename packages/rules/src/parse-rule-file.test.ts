import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRuleFile } from './parse-rule-file.ts';
import { formatPrometheusDuration, parsePrometheusDuration } from './prometheus-duration.ts';

const options = {
  name: 'a.yml',
  defaultIntervalMs: 60_000,
  checkExpression: (expr: string) => (expr.includes('!!') ? 'parse error: unexpected !!' : undefined),
};

function error(input: unknown): string {
  const result = parseRuleFile(input, options);
  return result.ok ? 'no error' : result.error.replace('Cannot parse rule file a.yml: ', '');
}

const rule = (given: object) => ({ groups: [{ name: 'g', rules: [given] }] });

test('the whole form is read, and what is left out gets its default', () => {
  const result = parseRuleFile(
    {
      groups: [
        { name: 'empty' },
        {
          name: 'g',
          interval: '30s',
          query_offset: '1m',
          limit: 5,
          labels: { team: 'a', tier: '1' },
          rules: [
            { record: 'job:up:sum', expr: 'sum by (job) (up)', labels: { tier: 2 } },
            {
              alert: 'Down',
              expr: 'up == 0',
              for: '1h30m',
              keep_firing_for: '5m',
              annotations: { summary: '{{ $value }}' },
            },
          ],
        },
      ],
    },
    options,
  );
  expect(result).toMatchObject({
    ok: true,
    file: {
      groups: [
        { intervalMs: 60_000, queryOffsetMs: 0, limit: 0, rules: [] },
        {
          intervalMs: 30_000,
          queryOffsetMs: 60_000,
          limit: 5,
          rules: [
            { kind: 'recording', record: 'job:up:sum', labels: { team: 'a', tier: '2' } },
            {
              kind: 'alerting',
              alert: 'Down',
              forMs: 5_400_000,
              keepFiringForMs: 300_000,
              labels: { team: 'a', tier: '1' },
            },
          ],
        },
      ],
    },
  });
});

test.each([
  [{ group: [] }, 'the file: unknown key "group", must be one of groups'],
  [{ groups: {} }, 'groups is {}, must be a list'],
  [{ groups: [{ rules: [] }] }, 'group 1: name is missing, must be a text that is not empty'],
  [{ groups: [{ name: 'g' }, { name: 'g' }] }, 'groups: "g" is there twice, names must be unique in a file'],
  [
    { groups: [{ name: 'g', interval: '1.5m' }] },
    'group "g": interval is "1.5m", must be a duration such as 30s or 1h30m',
  ],
  [{ groups: [{ name: 'g', limit: -1 }] }, 'group "g": limit is -1, must be a whole number, 0 for none'],
  [rule({ expr: 'x' }), 'group "g", rule 1: neither record nor alert is given, must be one of them'],
  [
    rule({ record: 'a', alert: 'b', expr: 'x' }),
    'group "g", rule 1: both record and alert are given, must be one of them',
  ],
  [rule({ record: 'a-b', expr: 'x' }), 'group "g", rule 1 (a-b): record is "a-b", must be a metric name'],
  [
    rule({ record: 'a', expr: 'x', for: '1m' }),
    'group "g", rule 1 (a): for is given, must be left out of a recording rule',
  ],
  [rule({ alert: 'A', expr: '' }), 'group "g", rule 1 (A): expr is "", must be an expression'],
  [rule({ alert: 'A', expr: 'up !!' }), 'group "g", rule 1 (A): expr is "up !!", but: parse error: unexpected !!'],
  [
    rule({ alert: 'A', expr: 'x', foo: 1 }),
    'group "g", rule 1 (A): unknown key "foo", must be one of alert, expr, for, keep_firing_for, labels, annotations',
  ],
  [
    rule({ alert: 'A', expr: 'x', labels: { 'a-b': 'c' } }),
    'group "g", rule 1 (A): labels: "a-b" is not a name, must be letters, digits and _',
  ],
  [
    rule({ alert: 'A', expr: 'x', annotations: { a: '{{ $y }}' } }),
    'group "g", rule 1 (A): annotations.a is "{{ $y }}", must be a template: undefined variable "$y"',
  ],
])('%j: %s', (input, wanted) => {
  expect(error(input)).toBe(wanted);
});

test.each([
  ['0', 0],
  ['5m', 300_000],
  ['1w2d3h4m5s6ms', 788_645_006],
  ['1y', 31_536_000_000],
  ['1m1h', undefined],
  ['1.5h', undefined],
  ['', undefined],
  ['5', undefined],
])('duration %s', (text, ms) => {
  expect(parsePrometheusDuration(text)).toBe(ms);
  if (ms !== undefined) expect(parsePrometheusDuration(formatPrometheusDuration(ms))).toBe(ms);
});

test('a duration is read as it was written, and any text is a duration or none', () => {
  fc.assert(
    fc.property(fc.nat(10 ** 12), (ms) => {
      expect(parsePrometheusDuration(formatPrometheusDuration(ms))).toBe(ms);
    }),
  );
  const letters = fc.constantFrom(...'0123456789ywdhms -+.e');
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 12 }), (text) => {
      const ms = parsePrometheusDuration(text);
      if (ms !== undefined) expect(Number.isSafeInteger(ms) && ms >= 0).toBe(true);
    }),
  );
});

test('anything in the place of anything is read or refused in words', () => {
  const good = rule({ alert: 'A', expr: 'up', for: '5m', labels: { a: 'b' }, annotations: { c: '{{ $value }}' } });
  const places: (readonly (string | number)[])[] = [];
  const walk = (value: unknown, path: readonly (string | number)[]): void => {
    places.push(path);
    if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value))
        walk(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  walk(good, []);
  const put = (into: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown => {
    if (key === undefined) return value;
    if (Array.isArray(into)) return into.map((each, i) => (i === key ? put(each, rest, value) : each));
    return { ...(into as object), [key]: put((into as Record<string, unknown>)[key], rest, value) };
  };
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.anything(), (path, value) => {
      const found = parseRuleFile(put(good, path, value), options);
      if (!found.ok) expect(found.error).toMatch(/^Cannot parse rule file a.yml: ./);
    }),
    { numRuns: 150 },
  );
});

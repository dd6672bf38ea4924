import type { Labels, Matcher } from '@jaegis/model';
import { compileLinearRegex } from '@jaegis/std';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeriesTable } from '../head/series-table.ts';
import { InvalidMatcherError, matchSeries } from './match-series.ts';

/** The meaning of a matcher, said as plainly as possible. */
function fits(labels: Labels, matcher: Matcher): boolean {
  const value = labels[matcher.name] ?? '';
  if (matcher.op === '=') return value === matcher.value;
  if (matcher.op === '!=') return value !== matcher.value;
  const regex = compileLinearRegex(matcher.value);
  if (!regex.ok) throw new Error(regex.error);
  return regex.matches(value) === (matcher.op === '=~');
}

const name = fc.constantFrom('a', 'b', 'c');
const value = fc.constantFrom('', '1', '2', '12', 'x');
const labelSets = fc.uniqueArray(fc.dictionary(name, value, { minKeys: 1, noNullPrototype: true }), {
  minLength: 1,
  maxLength: 40,
  selector: (labels) =>
    JSON.stringify(
      Object.entries(labels)
        .filter(([, v]) => v !== '')
        .sort(),
    ),
});
const matchers = fc.array(
  fc.oneof(
    fc.record<Matcher>({ name, op: fc.constantFrom('=' as const, '!=' as const), value }),
    fc.record<Matcher>({
      name,
      op: fc.constantFrom('=~' as const, '!~' as const),
      value: fc.constantFrom('.*', '.+', '1|2', '1.*', '', '[^1]+', 'x?', '(1|x)'),
    }),
  ),
  { maxLength: 4 },
);

describe('matching series', () => {
  test('finds exactly the series that fit, also after some were dropped and others took their rows', () => {
    fc.assert(
      fc.property(labelSets, labelSets, matchers, (first, second, asked) => {
        const table = new SeriesTable();
        // Asked at each turn: what was found for a question before must not stand in the way.
        const check = (): void => {
          const live = [...Array(table.end).keys()].filter((row) => table.refs[row] !== 0);
          expect(matchSeries(table, asked)).toEqual(
            live.filter((row) => asked.every((matcher) => fits(table.labels(row), matcher))),
          );
        };
        for (const [i, labels] of first.entries()) {
          table.add(labels);
          if (i === 5) check();
        }
        check();
        table.remove(first.map((labels) => table.find(labels)).filter((row) => row % 2 === 0));
        if (second.length % 2 === 0) check();
        for (const labels of second) if (table.find(labels) === -1) table.add(labels);
        check();
      }),
      { numRuns: 500 },
    );
  });

  test('a wrong regular expression is an error that says what', () => {
    const table = new SeriesTable();
    expect(() => matchSeries(table, [{ name: 'a', op: '=~', value: '(' }])).toThrow(InvalidMatcherError);
  });
});

describe('series table', () => {
  test('churn reuses rows, symbols and labels, and no ref twice', () => {
    const table = new SeriesTable();
    const seen = new Set<number>();
    for (let round = 0; round < 200; round++) {
      const refs = Array.from({ length: 20 }, (_, i) => table.add({ __name__: 'm', pod: `${round}-${i}` })!);
      for (const ref of refs) {
        expect(seen.has(ref)).toBe(false);
        seen.add(ref);
      }
      expect(table.find({ __name__: 'm', pod: `${round}-7` })).toBe(refs[7]! & 0x3fffff);
      table.remove(refs.map((ref) => ref & 0x3fffff));
      expect(table.find({ __name__: 'm', pod: `${round}-7` })).toBe(-1);
    }
    expect(table.size).toBe(0);
    expect(table.end).toBe(20);
    expect(table.symbols.size).toBe(0);
    expect([...table.postings.names()]).toEqual([]);
  });

  test('a row whose generations are used up is left alone', () => {
    const table = new SeriesTable();
    for (let i = 0; i < 1_023; i++) table.remove([table.add({ a: `${i}` })! & 0x3fffff]);
    expect(table.end).toBe(1);
    expect(table.add({ a: 'next' })! & 0x3fffff).toBe(1);
  });
});

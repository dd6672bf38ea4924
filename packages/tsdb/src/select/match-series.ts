/**
 * Which series fit a set of matchers. The shortest list of the index that must hold them all is walked, and each row is
 * asked for the rest. A regular expression is tried once per distinct value, not once per series. As in Prometheus,
 * a label that is missing has the value ''.
 */
import type { Matcher } from '@jaegis/model';
import { compileLinearRegex, literalAlternatives } from '@jaegis/std';
import type { SeriesTable } from '../head/series-table.ts';

/** A matcher that cannot be: its regular expression is wrong. */
export class InvalidMatcherError extends Error {
  override readonly name = 'InvalidMatcherError';
}

/** A matcher, ready to be tried. */
export interface MatcherTest {
  readonly name: string;
  /** Equal for tests of a value that say the same. */
  readonly text: string;
  /** Whether a value fits; '' is the missing label. */
  readonly fits: (value: string) => boolean;
  readonly fitsMissing: boolean;
  /** The only values that can fit, where they are known. */
  readonly values: readonly string[] | undefined;
}

/** Throws `InvalidMatcherError`. */
export function compileMatcher(matcher: Matcher): MatcherTest {
  const { name, op, value } = matcher;
  const text = op + value;
  if (op === '=') return { name, text, fits: (given) => given === value, fitsMissing: value === '', values: [value] };
  if (op === '!=')
    return { name, text, fits: (given) => given !== value, fitsMissing: value !== '', values: undefined };
  const regex = compileLinearRegex(value);
  if (!regex.ok) throw new InvalidMatcherError(regex.error);
  const { matches } = regex;
  if (op === '!~')
    return { name, text, fits: (given) => !matches(given), fitsMissing: !matches(''), values: undefined };
  return { name, text, fits: matches, fitsMissing: matches(''), values: literalAlternatives(value) };
}

/** The rows of all series that fit every matcher (all series for none), in rising order. Throws `InvalidMatcherError`. */
export function matchSeries(series: SeriesTable, matchers: readonly Matcher[]): number[] {
  const tests = matchers.map(compileMatcher);
  const list = shortestList(series, tests);
  // What is in the list fits the test that it is of.
  const checks = tests.filter((test) => test !== list?.test).map((test) => rowCheck(series, test));
  const rows: number[] = [];
  const visit = (row: number): void => {
    for (const check of checks) if (!check(row)) return;
    rows.push(row);
  };
  if (list === undefined) {
    for (let row = 0; row < series.end; row++) if (series.refs[row] !== 0) visit(row);
    return rows;
  }
  for (const value of list.values) series.postings.forEach(list.name, value, visit);
  return rows.sort((a, b) => a - b);
}

interface List {
  readonly test: MatcherTest;
  readonly name: number;
  readonly values: readonly number[];
}

/** The values of one label that together hold every series that fits; `undefined` when only all series will do. */
function shortestList(series: SeriesTable, tests: readonly MatcherTest[]): List | undefined {
  let best: List | undefined;
  let bestCount = Number.POSITIVE_INFINITY;
  for (const test of tests) {
    if (test.fitsMissing) continue;
    const name = series.symbols.find(test.name);
    if (name === undefined) return { test, name: -1, values: [] };
    const values = fittingValues(series, test, name);
    const count = values.reduce((sum, value) => sum + series.postings.count(name, value), 0);
    if (count >= bestCount) continue;
    best = { test, name, values };
    bestCount = count;
    // Trying a regular expression on many values costs more than checking a few rows.
    if (count < 16) break;
  }
  return best;
}

function fittingValues(series: SeriesTable, test: MatcherTest, name: number): readonly number[] {
  if (test.values !== undefined) {
    const known = new Set(test.values.map((value) => series.symbols.find(value)));
    return [...known].filter((value) => value !== undefined);
  }
  return series.fittingValues.of(name, test.text, (value) => test.fits(series.symbols.text(value)));
}

function rowCheck(series: SeriesTable, test: MatcherTest): (row: number) => boolean {
  const name = series.symbols.find(test.name);
  if (name === undefined) return () => test.fitsMissing;
  const known = new Map<number, boolean>();
  return (row) => {
    const value = series.valueOf(row, name);
    if (value === -1) return test.fitsMissing;
    let fits = known.get(value);
    if (fits === undefined) {
      fits = test.fits(series.symbols.text(value));
      known.set(value, fits);
    }
    return fits;
  };
}

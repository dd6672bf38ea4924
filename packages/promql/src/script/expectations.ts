/** What a script expects of an evaluation: the result, whether it fails, what is told. */
import { compileLinearRegex, ScriptError } from '@jaegis/std';
import type { SeriesLine } from './series-notation.ts';

/** The text itself, a pattern somewhere in it, or anything. */
export interface TextExpectation {
  readonly message?: string;
  readonly pattern?: string;
}

export interface ExpectedSeries extends SeriesLine {
  /** Counted from 1. */
  readonly position: number;
}

export interface Expectations {
  series: ExpectedSeries[];
  scalar: number | undefined;
  text: string | undefined;
  rangeVector: { startMs: number; endMs: number; stepMs: number } | undefined;
  ordered: boolean;
  fail: TextExpectation | undefined;
  warnings: TextExpectation[];
  infos: TextExpectation[];
  noWarnings: boolean;
  noInfos: boolean;
}

export function emptyExpectations(): Expectations {
  return {
    series: [],
    scalar: undefined,
    text: undefined,
    rangeVector: undefined,
    ordered: false,
    fail: undefined,
    warnings: [],
    infos: [],
    noWarnings: false,
    noInfos: false,
  };
}

const form = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/;

export function readExpect(line: string, into: Expectations): void {
  const match = form.exec(line);
  if (match === null)
    throw new ScriptError('invalid expect statement, must match `expect <type> <match_type>: <string>`');
  const [, mode, kind, given] = match;
  const text = given?.trim();
  if (kind === 'regex' && !compileLinearRegex(text!).ok) throw new ScriptError(`invalid regex ${text} for ${mode}`);
  const expected: TextExpectation = kind === undefined ? {} : kind === 'msg' ? { message: text! } : { pattern: text! };
  if (mode === 'ordered') into.ordered = true;
  else if (mode === 'fail') {
    if (into.fail !== undefined)
      throw new ScriptError('invalid expect lines, multiple expect fail lines are not allowed');
    into.fail = expected;
  } else if (mode === 'warn') into.warnings.push(expected);
  else if (mode === 'info') into.infos.push(expected);
  else if (mode === 'no_warn') into.noWarnings = true;
  else into.noInfos = true;
  if (into.noWarnings && into.warnings.length > 0)
    throw new ScriptError('invalid expect lines, warn and no_warn cannot be used together');
  if (into.noInfos && into.infos.length > 0)
    throw new ScriptError('invalid expect lines, info and no_info cannot be used together');
}

/** True when a text is as expected. A pattern may match anywhere. */
export function fitsText({ message, pattern }: TextExpectation, text: string): boolean {
  if (message !== undefined) return text === message;
  if (pattern === undefined) return true;
  const regex = compileLinearRegex(`.*(?:${pattern}).*`);
  return regex.ok && regex.matches(text);
}

/** An annotation, and the same with its place in the query: a script may expect either. */
export interface ToldText {
  readonly text: string;
  readonly located: string;
}

/** What is wrong with the annotations of a kind; `undefined` when nothing is. */
export function checkTexts(
  kind: 'warn' | 'info',
  expected: readonly TextExpectation[],
  actual: readonly ToldText[],
): string | undefined {
  const fits = (each: TextExpectation, { text, located }: ToldText) => fitsText(each, text) || fitsText(each, located);
  if (expected.length === 0) return undefined;
  if (actual.length === 0) return `expected ${kind} annotations but none were found`;
  const missing = expected.find((each) => !actual.some((told) => fits(each, told)));
  if (missing !== undefined)
    return `expected ${kind} annotation matching ${JSON.stringify(missing.message ?? missing.pattern)} but found: ${actual.map(({ located }) => located).join('; ')}`;
  const surplus = actual.find((told) => !expected.some((each) => fits(each, told)));
  return surplus === undefined ? undefined : `unexpected ${kind} annotation ${JSON.stringify(surplus.text)}`;
}

/** The `.detect` language (described in docs/reference/detect.md): one statement a line, from top to bottom. */
import { parseDurationMs, ScriptError, type ScriptWords, splitScriptLine } from '@jaegis/std';
import type { AlarmLimit, ColumnCourse, Expectation, Line, ScriptTime, ScriptWindow, Statement } from './statement.ts';

export interface ScriptFailure {
  /** 1 is the first line. */
  readonly line: number;
  readonly message: string;
}

export interface ParsedScript {
  readonly lines: readonly Line[];
  readonly failures: readonly ScriptFailure[];
}

const mostRows = 1_000_000;
const courseWords = new Set(['noise', 'daily']);

export function parseDetectScript(text: string): ParsedScript {
  const lines: Line[] = [];
  const failures: ScriptFailure[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const number = index + 1;
    try {
      const words = splitScriptLine(raw);
      if (words.isEmpty) continue;
      const statement = parseStatement(words.next('a verb'), words);
      words.end();
      lines.push({ number, statement });
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      failures.push({ line: number, message: error.message });
    }
  }
  return { lines, failures };
}

function parseStatement(verb: string, words: ScriptWords): Statement {
  switch (verb) {
    case 'start':
      return { kind: 'start', at: parseDate(words.next('a time like 2024-01-01T08:00:00Z'), 'start') };
    case 'every':
      return { kind: 'every', stepMs: positiveDuration(words, 'how far apart rows come') };
    case 'train':
      return { kind: 'train', rows: words.integer('how many rows', 0, mostRows) };
    case 'member':
      return { kind: 'member', name: words.next('the name of a detector') };
    case 'for':
      return { kind: 'for', lengthMs: positiveDuration(words, 'how long'), courses: parseCourses(words) };
    case 'load':
      return { kind: 'load', file: words.next('a CSV file') };
    case 'expect':
      return { kind: 'expect', expectation: parseExpectation(words) };
    default:
      throw new ScriptError(`unknown verb "${verb}", must be start, every, train, member, for, load or expect`);
  }
}

function parseCourses(words: ScriptWords): ColumnCourse[] {
  const courses: ColumnCourse[] = [];
  do {
    const column = words.next('a column');
    if (courseWords.has(column)) throw new ScriptError(`"${column}" must stand behind a column and its value`);
    if (courses.some((each) => each.column === column)) throw new ScriptError(`"${column}" stands here twice`);
    const level = parseLevel(words.next(`a value of ${column}`));
    let noise = 0;
    let daily = 0;
    for (;;) {
      if (words.take('noise')) noise = number(words.next('how much noise'), 'noise', 0);
      else if (words.take('daily')) daily = number(words.next('how far the day goes up and down'), 'daily', 0);
      else break;
    }
    courses.push({ column, level, noise, daily });
  } while (!words.isEmpty);
  return courses;
}

function parseLevel(text: string): ColumnCourse['level'] {
  if (text === 'missing') return undefined;
  const [first = '', last, ...rest] = text.split('..');
  if (rest.length > 0) throw new ScriptError(`"${text}" is no value, must be like 10, 10..80 or missing`);
  const from = number(first, 'a value');
  return { first: from, last: last === undefined ? from : number(last, 'a value') };
}

function parseExpectation(words: ScriptWords): Expectation {
  const what = words.oneOf(['anomaly', 'quiet', 'anomalies'] as const);
  if (what === 'quiet') return { kind: 'at most', limit: { rows: 0 }, window: parseWindow(words) };
  if (what === 'anomalies') {
    words.keyword('<=');
    return { kind: 'at most', limit: parseLimit(words), window: parseWindow(words) };
  }
  let withinMs = Number.POSITIVE_INFINITY;
  let column: string | undefined;
  let window: ScriptWindow | undefined;
  while (!words.isEmpty) {
    if (words.take('within')) withinMs = positiveDuration(words, 'a time');
    else if (words.take('in')) column = words.next('a column');
    else {
      window = parseWindow(words);
      if (window === undefined) words.end();
    }
  }
  return { kind: 'anomaly', withinMs, column, window };
}

function parseLimit(words: ScriptWords): AlarmLimit {
  const text = words.next('how many rows, or a share like 0.5%');
  const value = number(text.replace(/%$/, ''), 'how many', 0);
  if (text.endsWith('%')) return { share: value / 100 };
  if (!Number.isInteger(value))
    throw new ScriptError(`how many is "${text}", must be a whole number or a share like 0.5%`);
  return { rows: value };
}

function parseWindow(words: ScriptWords): ScriptWindow | undefined {
  if (!words.take('from')) return undefined;
  const from = parseTime(words);
  words.keyword('to');
  return { from, to: parseTime(words) };
}

function parseTime(words: ScriptWords): ScriptTime {
  const text = words.next('a time');
  const isRelative = text.startsWith('+');
  const ms = parseDurationMs(isRelative ? text.slice(1) : text);
  return ms === undefined ? { at: parseDate(text, 'a time') } : { ms, isRelative };
}

/** Without a zone it is UTC, as in the data. */
function parseDate(text: string, what: string): number {
  const ms = /^\d{4}-\d\d-\d\d/.test(text)
    ? Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
    : Number.NaN;
  if (Number.isNaN(ms)) throw new ScriptError(`${what} is "${text}", must be like 2024-01-01T08:00:00Z or 90m`);
  return ms;
}

function positiveDuration(words: ScriptWords, what: string): number {
  const ms = words.duration(what);
  if (ms >= 1) return ms;
  throw new ScriptError(`${what} is ${ms} ms, must be above 0`);
}

function number(text: string, what: string, least = Number.NEGATIVE_INFINITY): number {
  const value = text === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw new ScriptError(`${what} is "${text}", must be a number${least === 0 ? ' of 0 or more' : ''}`);
}

/**
 * The notation of series in test scripts: `metric{label="value"} 1 2 _ stale 0+10x5 {{schema:0 count:3 buckets:[1 2]}}`.
 * `axN` and `a+bxN` stand for N + 1 values, `_xN` for N gaps.
 */
import type { Labels } from '@jaegis/model';
import { ScriptError } from '@jaegis/std';
import { addHistograms, subtractHistograms } from '../histogram/arithmetic.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { parseNumber } from '../parse/number-literal.ts';
import { parseString } from '../parse/string-literal.ts';
import { parseHistogram } from './histogram-notation.ts';
import { maxValues, timesOf } from './repetition.ts';

export interface SequenceHistogram {
  readonly histogram: FloatHistogram;
  /** True where the notation names the hint on resets, which is then compared as well. */
  readonly hintGiven: boolean;
}

/**
 * A number, a histogram, a stale marker, or a gap. The marker is a word here: it is told from other NaNs by its bits, and
 * lists of numbers do not keep those.
 */
export type SequenceValue = number | SequenceHistogram | 'stale' | undefined;

export interface SeriesLine {
  readonly labels: Labels;
  readonly values: readonly SequenceValue[];
  /** When the counter of each sample began, in milliseconds from the sample. */
  readonly starts?: readonly (number | undefined)[];
}

export function parseSeriesLine(line: string): SeriesLine {
  const metric = parseMetric(line);
  return { labels: metric.labels, values: parseSequence(line.slice(metric.end)) };
}

/** The series at the beginning of a line, and where it ends. */
export function parseMetric(line: string): { labels: Labels; end: number } {
  const entries = new Map<string, string>();
  const name = /^[A-Za-z_:][\w:]*/.exec(line)?.[0] ?? '';
  if (name !== '') entries.set('__name__', name);
  let at = name.length;
  while (line[at] === ' ') at++;
  if (line[at] !== '{' || line[at + 1] === '{') {
    if (name === '') throw new ScriptError(`Cannot read the series "${line}": must begin with a name or labels`);
    return { labels: Object.fromEntries(entries), end: name.length };
  }
  at++;
  for (;;) {
    at += /^[\s,]*/.exec(line.slice(at))![0].length;
    if (line[at] === '}') break;
    const label = readToken(line, at);
    at = label.end;
    if (!/^\s*=/.test(line.slice(at)) && label.quoted) {
      entries.set('__name__', label.text);
      continue;
    }
    const equals = /^\s*=\s*/.exec(line.slice(at));
    if (equals === null) throw new ScriptError(`Cannot read the labels of "${line}": no = after "${label.text}"`);
    at += equals[0].length;
    const value = readToken(line, at);
    if (!value.quoted)
      throw new ScriptError(`Cannot read the labels of "${line}": the value of ${label.text} is no string`);
    at = value.end;
    if (value.text !== '') entries.set(label.text, value.text);
  }
  return { labels: Object.fromEntries(entries), end: at + 1 };
}

function readToken(line: string, at: number): { text: string; end: number; quoted: boolean } {
  const rest = line.slice(at);
  const quoted = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)/.exec(rest)?.[0];
  if (quoted !== undefined) {
    const text = parseString(quoted);
    if (text === undefined) throw new ScriptError(`Cannot read the string ${quoted}: wrong escape`);
    return { text, end: at + quoted.length, quoted: true };
  }
  const word = /^[A-Za-z_][\w]*/.exec(rest)?.[0];
  if (word === undefined)
    throw new ScriptError(`Cannot read the labels of "${line}": unexpected "${rest.slice(0, 10)}"`);
  return { text: word, end: at + word.length, quoted: false };
}

// No hexadecimal: 0x3 is zero three times.
const number = String.raw`(?:(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?|inf|nan|stale)`;
const numberItem = new RegExp(String.raw`^([+-]?${number})(?:([+-]${number}))?(?:x(\d+))?$`, 'i');

function parseSequence(text: string): SequenceValue[] {
  const values: SequenceValue[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const item = rest.includes('{{') ? nextItem(rest) : /^\S+/.exec(rest)![0];
    rest = rest.slice(item.length).trimStart();
    for (const value of readItem(item)) values.push(value);
    if (values.length > maxValues) throw new ScriptError(`Cannot read the series: more than ${maxValues} values`);
  }
  return values;
}

/** Up to the next space that is not inside a histogram. */
function nextItem(text: string): string {
  return /^(?:\{\{[^}]*\}\}|[^\s{])+/.exec(text)?.[0] ?? /^\S+/.exec(text)![0];
}

function readItem(item: string): readonly SequenceValue[] {
  const gap = /^_(?:x(\d+))?$/.exec(item);
  if (gap !== null) return new Array<SequenceValue>(timesOf(gap[1] ?? '1')).fill(undefined);
  if (item.startsWith('{{')) return readHistograms(item);
  const match = numberItem.exec(item);
  if (match === null) throw new ScriptError(`Cannot read the value "${item}": must be a number, _, stale or {{...}}`);
  const [, first, change, times] = match;
  if (/^[+-]?stale$/i.test(first!)) return new Array<SequenceValue>(timesOf(times ?? '0') + 1).fill('stale');
  const start = numberOf(first!);
  if (times === undefined) {
    if (change !== undefined) throw new ScriptError(`Cannot read the value "${item}": must end in x and a number`);
    return [start];
  }
  const by = change === undefined ? 0 : numberOf(change);
  const result: number[] = [];
  let value = start;
  for (let i = 0; i <= timesOf(times); i++) {
    result.push(value);
    if (change !== undefined) value += by;
  }
  return result;
}

function numberOf(text: string): number {
  const value = parseNumber(text);
  if (value === undefined) throw new ScriptError(`Cannot read the value "${text}": must be a number`);
  return value;
}

function readHistograms(item: string): SequenceHistogram[] {
  const match = /^(\{\{[^}]*\}\})(?:([+-])(\{\{[^}]*\}\}))?(?:x(\d+))?$/.exec(item);
  if (match === null) throw new ScriptError(`Cannot read the histogram "${item}"`);
  const [, first, sign, change, times] = match;
  const start = parseHistogram(first!);
  if (times === undefined) return [start];
  const by = change === undefined ? undefined : parseHistogram(change).histogram;
  const result: SequenceHistogram[] = [];
  let { histogram } = start;
  for (let i = 0; i <= timesOf(times); i++) {
    result.push({ histogram, hintGiven: start.hintGiven });
    if (by === undefined) continue;
    const next = sign === '-' ? subtractHistograms(histogram, by) : addHistograms([histogram, by]);
    if (next === undefined) throw new ScriptError(`Cannot add the histograms of "${item}": their buckets do not fit`);
    histogram = { ...next.histogram, resetHint: histogram.resetHint };
  }
  return result;
}

/**
 * Test scripts in the form of Prometheus' promqltest: commands `clear`, `load`, `load_with_nhcb`, `eval instant at T EXPR`
 * and `eval range from A to B step S EXPR`, each with its lines up to an empty one. A command that cannot be read is a
 * failure of its own; the rest of the script goes on.
 */
import { parseDurationMs, ScriptError } from '@jaegis/std';
import { parseNumber } from '../parse/number-literal.ts';
import { parseString } from '../parse/string-literal.ts';
import { type Expectations, emptyExpectations, readExpect } from './expectations.ts';
import { parseSeriesLine, type SeriesLine } from './series-notation.ts';
import { LoadLines } from './start-notation.ts';

export interface EvalCommand {
  readonly kind: 'eval';
  readonly line: number;
  readonly expr: string;
  /** A step of 0 is an instant query. */
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly expectations: Expectations;
}

export type Command =
  | { readonly kind: 'clear'; readonly line: number }
  | {
      readonly kind: 'load';
      readonly line: number;
      readonly stepMs: number;
      readonly series: readonly SeriesLine[];
      readonly withCustomBuckets: boolean;
    }
  | EvalCommand
  | { readonly kind: 'unreadable'; readonly line: number; readonly message: string };

export function parseScript(text: string): Command[] {
  const lines = text.split('\n').map((line) => (/^\s*#/.test(line) ? '' : line.trim()));
  const commands: Command[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    if (line === '') {
      at++;
      continue;
    }
    const block = { first: at, lines };
    try {
      const { command, next } = readCommand(block);
      commands.push(command);
      at = next;
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      commands.push({ kind: 'unreadable', line: at + 1, message: error.message });
      while (at < lines.length && lines[at] !== '') at++;
    }
  }
  return commands;
}

interface Block {
  readonly first: number;
  readonly lines: readonly string[];
}

function readCommand(block: Block): { command: Command; next: number } {
  const { first, lines } = block;
  const line = lines[first]!;
  const word = line.split(/[\t ]+/, 1)[0]!.toLowerCase();
  if (word === 'clear') return { command: { kind: 'clear', line: first + 1 }, next: first + 1 };
  if (word.startsWith('load')) return readLoad(block);
  if (word.startsWith('eval')) return readEval(block);
  throw new ScriptError(`invalid command "${line}", must be clear, load or eval`);
}

function readLoad({ first, lines }: Block): { command: Command; next: number } {
  const match = /^load(_with_nhcb)?\s+(.+?)$/i.exec(lines[first]!);
  if (match === null) throw new ScriptError('invalid load command, must be load[_with_nhcb] <step:duration>');
  const series = new LoadLines();
  let at = first + 1;
  for (; at < lines.length && lines[at] !== ''; at++) series.add(lines[at]!);
  const stepMs = durationOf(match[2]!, 'step');
  return {
    command: { kind: 'load', line: first + 1, stepMs, series: series.end(), withCustomBuckets: match[1] !== undefined },
    next: at,
  };
}

const instant = /^eval(?:_(fail|warn|ordered|info))?\s+instant(?:\s+at\s+(.+?))?\s+(?!at\s+\S+$)(.+)$/i;
const range = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/i;

function readEval(block: Block): { command: Command; next: number } {
  const line = block.lines[block.first]!;
  const instantMatch = instant.exec(line);
  const rangeMatch = range.exec(line);
  if (instantMatch === null && rangeMatch === null) {
    throw new ScriptError(
      "invalid evaluation command, must be either 'eval instant [at <offset:duration>] <query>' or 'eval range from <from> to <to> step <step> <query>'",
    );
  }
  const expectations = emptyExpectations();
  const mode = (instantMatch ?? rangeMatch)![1]?.toLowerCase();
  if (mode === 'fail') expectations.fail = {};
  if (mode === 'ordered') expectations.ordered = true;
  if (mode === 'warn') expectations.warnings.push({});
  if (mode === 'info') expectations.infos.push({});
  let command: EvalCommand;
  if (instantMatch !== null) {
    const timeMs = instantMatch[2] === undefined ? 0 : durationOf(instantMatch[2], 'timestamp');
    command = {
      kind: 'eval',
      line: block.first + 1,
      expr: instantMatch[3]!,
      startMs: timeMs,
      endMs: timeMs,
      stepMs: 0,
      expectations,
    };
  } else {
    const [, , from, to, step, expr] = rangeMatch!;
    const startMs = durationOf(from!, 'start timestamp');
    const endMs = durationOf(to!, 'end timestamp');
    if (endMs < startMs) throw new ScriptError(`end timestamp (${to}) is before start timestamp (${from})`);
    const stepMs = durationOf(step!, 'step');
    command = { kind: 'eval', line: block.first + 1, expr: expr!, startMs, endMs, stepMs, expectations };
  }
  const next = readExpected(block, expectations);
  const { rangeVector, series } = expectations;
  if (instantMatch !== null && rangeVector === undefined && series.some(({ values }) => values.length > 1))
    throw new ScriptError(
      "expecting multiple values in instant evaluation not allowed. consider using 'expect range vector' directive to enable a range vector result for an instant query",
    );
  // On a range query the directive takes the place of its own times.
  return { command: instantMatch === null ? { ...command, ...rangeVector } : command, next };
}

function readExpected({ first, lines }: Block, expectations: Expectations): number {
  let position = 0;
  let at = first + 1;
  for (; at < lines.length && lines[at] !== ''; at++) {
    const line = lines[at]!;
    const old = /^expected_fail_(message|regexp)\s+(.*)$/.exec(line);
    if (old !== null) {
      expectations.fail = old[1] === 'message' ? { message: old[2]! } : { pattern: old[2]! };
      return at + 1;
    }
    if (line.startsWith('expect range vector')) readRangeVector(line, expectations);
    else if (line.startsWith('expect string')) readString(line, expectations);
    else if (/^expect\s/.test(line)) readExpect(line, expectations);
    else if (/^[\d.+-]|^(?:inf|nan)$/i.test(line) && parseNumber(line) !== undefined) {
      expectations.scalar = parseNumber(line)!;
      return at + 1;
    } else {
      position++;
      expectations.series.push({ ...parseSeriesLine(line), position });
    }
  }
  return at;
}

function readRangeVector(line: string, expectations: Expectations): void {
  const match = /^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/.exec(line);
  if (match === null) throw new ScriptError(`invalid range vector definition "${line}"`);
  const [from, to, step] = match.slice(1).map((text) => durationOf(text, 'range vector'));
  expectations.rangeVector = { startMs: from!, endMs: to!, stepMs: step! };
}

/** Quoted; older scripts have the text as it is. */
function readString(line: string, expectations: Expectations): void {
  const literal = line.replace(/^expect string ?/, '');
  const isQuoted = /^\s*["'`]/.test(literal);
  const text = isQuoted ? parseString(literal.trim()) : literal;
  if (text === undefined) throw new ScriptError(`expected string literal not valid: ${literal}`);
  expectations.text = text;
}

function durationOf(text: string, what: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[+-]/, '');
  const ms = /^0+$/.test(body) ? 0 : parseDurationMs(body);
  if (ms === undefined) throw new ScriptError(`invalid ${what} definition "${text}", must be a duration such as 5m`);
  return sign * ms;
}

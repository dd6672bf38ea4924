/**
 * Runs test scripts in the form of Prometheus' promqltest. An instant evaluation is tried as it is, again with every
 * selector fixed by `@` and evaluated at other times, and as the middle step of a range query: all must give the same.
 */
import { type Executed, executeExpression, executeRangeExpression } from '../evaluate/execute-query.ts';
import { formatNumber } from '../evaluate/format-number.ts';
import type { QueryFailure } from '../evaluate/query-result.ts';
import type { Expression } from '../parse/ast.ts';
import { parseExpression } from '../parse/parse-expression.ts';
import { compareMatrix, compareVector, isClose, seriesOf } from './compare-result.ts';
import { checkTexts, fitsText } from './expectations.ts';
import { fixedInTime } from './fix-in-time.ts';
import { type EvalCommand, parseScript } from './parse-script.ts';
import { ScriptStorage } from './script-storage.ts';

export interface ScriptFailure {
  readonly line: number;
  readonly message: string;
}

export interface ScriptResult {
  readonly ok: boolean;
  /** Evaluations in the script. */
  readonly cases: number;
  readonly failures: readonly ScriptFailure[];
}

const minuteMs = 60_000;

/** Runs a script; every evaluation that does not give what is expected is a failure with its line. */
export function runPromqlScript(text: string): ScriptResult {
  let storage = new ScriptStorage();
  const failures: ScriptFailure[] = [];
  let cases = 0;
  for (const command of parseScript(text)) {
    const { line } = command;
    if (command.kind === 'clear') storage = new ScriptStorage();
    else if (command.kind === 'load') {
      if (command.withCustomBuckets) storage.loadWithCustomBuckets(command.series, command.stepMs);
      else storage.load(command.series, command.stepMs);
    } else if (command.kind === 'unreadable') {
      cases++;
      failures.push({ line, message: command.message });
    } else {
      cases++;
      const message = runEval(command, storage);
      if (message !== undefined) failures.push({ line, message: `${command.expr}: ${message}` });
    }
  }
  return { ok: failures.length === 0, cases, failures };
}

function runEval(command: EvalCommand, storage: ScriptStorage): string | undefined {
  const parsed = parseExpression(command.expr);
  if (!parsed.ok) return checkFailure(command, { ok: false, errorType: 'bad_data', error: parsed.error });
  const { expression } = parsed;
  if (command.stepMs > 0) {
    const executed = executeRangeExpression(storage, expression, command);
    if (!executed.ok || command.expectations.fail !== undefined) return checkFailure(command, executed);
    if (command.expectations.ordered) return 'expected ordered result, but query returned a matrix';
    return checkAnnotations(command, executed) ?? compareMatrix(seriesOf(executed), command.expectations, command);
  }
  const time = command.startMs;
  const evalTime = command.expectations.rangeVector?.endMs ?? time;
  const problem = runInstant(command, storage, { expression, time: evalTime });
  if (problem !== undefined) return problem;
  const fixed = fixedInTime(expression, evalTime);
  if (fixed === undefined) return undefined;
  const others =
    evalTime === 0 ? [-1_000, 1_000] : [-10 * evalTime, 0, Math.trunc(evalTime / 5), evalTime, 10 * evalTime];
  for (const other of others) {
    const again = runInstant(command, storage, { expression: fixed, time: other });
    if (again !== undefined) return `fixed by @ ${evalTime} and evaluated at ${other}: ${again}`;
  }
  return undefined;
}

function runInstant(
  command: EvalCommand,
  storage: ScriptStorage,
  { expression, time }: { expression: Expression; time: number },
): string | undefined {
  const executed = executeExpression(storage, expression, time);
  if (!executed.ok || command.expectations.fail !== undefined) return checkFailure(command, executed);
  const problem = checkAnnotations(command, executed) ?? compareInstant(command, executed);
  if (problem !== undefined) return problem;
  const { rangeVector, text, ordered } = command.expectations;
  if (rangeVector !== undefined || text !== undefined || /(start|end|range|step)\(\)/.test(command.expr))
    return undefined;
  const steps = { startMs: time - minuteMs, endMs: time + minuteMs, stepMs: minuteMs };
  const range = executeRangeExpression(storage, expression, steps);
  if (!range.ok) return `in range mode: ${range.error}`;
  if (ordered) return undefined;
  const middle = seriesOf(range)
    .map(({ labels, points }) => ({ labels, points: points.filter(({ at }) => at === time) }))
    .filter(({ points }) => points.length > 0);
  if (executed.value.kind === 'scalar') {
    const value = middle[0]?.points[0]?.value;
    const { scalar } = command.expectations;
    return typeof value === 'number' && isClose(value, scalar!) ? undefined : `in range mode: got ${String(value)}`;
  }
  const inRange = compareVector(middle, command.expectations);
  return inRange === undefined ? undefined : `in range mode: ${inRange}`;
}

function compareInstant(command: EvalCommand, executed: Executed): string | undefined {
  const { expectations } = command;
  const { value } = executed;
  if (value.kind === 'string') {
    if (expectations.text === value.value) return undefined;
    return `expected string ${JSON.stringify(expectations.text)} but got ${JSON.stringify(value.value)}`;
  }
  if (value.kind === 'scalar') {
    const got = value.values[0]!;
    if (expectations.scalar === undefined)
      return `expected vector or matrix result, but got scalar ${formatNumber(got)}`;
    return isClose(expectations.scalar, got)
      ? undefined
      : `expected scalar ${formatNumber(expectations.scalar)} but got ${formatNumber(got)}`;
  }
  if (expectations.scalar !== undefined) return `expected scalar result, but got a vector`;
  if (value.kind === 'samples') {
    const steps = expectations.rangeVector ?? { startMs: command.startMs, endMs: command.endMs, stepMs: 0 };
    return compareMatrix(seriesOf(executed), expectations, steps);
  }
  return compareVector(seriesOf(executed), expectations);
}

function checkFailure(command: EvalCommand, executed: Executed | QueryFailure): string | undefined {
  const { fail } = command.expectations;
  if (executed.ok) return 'expected an error but got none';
  if (fail === undefined) return executed.error;
  if (fitsText(fail, executed.error)) return undefined;
  return `expected error ${JSON.stringify(fail.message ?? fail.pattern)}, but got: ${executed.error}`;
}

function checkAnnotations({ expectations, expr }: EvalCommand, { annotations }: Executed): string | undefined {
  const { warnings, infos } = annotations;
  if (expectations.noWarnings && warnings.length > 0) return `unexpected warnings: ${warnings.join('; ')}`;
  if (expectations.noInfos && infos.length > 0) return `unexpected infos: ${infos.join('; ')}`;
  const located = annotations.located(expr, Number.POSITIVE_INFINITY);
  const told = (texts: readonly string[], places: readonly string[]) =>
    texts.map((text, i) => ({ text, located: places[i]! }));
  return (
    checkTexts('warn', expectations.warnings, told(warnings, located.warnings)) ??
    checkTexts('info', expectations.infos, told(infos, located.infos))
  );
}

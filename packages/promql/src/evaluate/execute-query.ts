/** Runs one query: parses, checks the limits, evaluates, and gives columns with what was told on the way. */
import type { Expression } from '../parse/ast.ts';
import { unwrap } from '../parse/ast.ts';
import { type ParseResult, parseExpression } from '../parse/parse-expression.ts';
import { documentedType, typeOf } from '../parse/type-check.ts';
import { Annotations } from './annotations.ts';
import type { Column, Grid, Value } from './column.ts';
import { evaluateExpression } from './evaluate-expression.ts';
import { compareLabels } from './label-sets.ts';
import { dropNames } from './merge-columns.ts';
import { noSurroundings, type QueryContext, QueryError, tooManySamples } from './query-context.ts';
import type { QueryFailure } from './query-result.ts';
import type { LazySource, SelectSource } from './select-source.ts';
import { evaluateWindows, type WindowSeries } from './windows.ts';

export interface QueryOptions {
  /** How long a sample stands for its series. Default 5 minutes. */
  readonly lookbackMs?: number;
  /** Most samples that may be read, and most values of a step of the evaluation. Default 50 million, as in Prometheus. */
  readonly maxSamples?: number;
  readonly maxSeries?: number;
  /** Most points in the whole answer, over all series. Default 50 million. */
  readonly maxPoints?: number;
  /** Most points of a series in the answer to a range query. Default 11,000, as in Prometheus. */
  readonly maxPointsPerSeries?: number;
  /** Resolution of subqueries that name none. Default 1 minute. */
  readonly defaultStepMs?: number;
  /** Asked now and then; true ends the query with a timeout. */
  readonly isExpired?: () => boolean;
  /** Parses the expression; one that remembers what it parsed may stand in for the parser. */
  readonly parse?: (text: string) => ParseResult;
}

/** When an expression is evaluated: once where `startMs` is `endMs`. Epoch milliseconds, both ends included. */
export interface Steps {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** A range vector as the answer to an instant query. */
export interface SamplesValue {
  readonly kind: 'samples';
  readonly series: readonly WindowSeries[];
}

export interface Executed {
  readonly ok: true;
  /** Columns are sorted by labels unless they are ordered. */
  readonly value: Value | SamplesValue;
  readonly grid: Grid;
  readonly annotations: Annotations;
  readonly samplesRead: number;
}

const defaultLookbackMs = 300_000;

export function executeInstant(
  source: SelectSource | LazySource,
  expr: string,
  timeMs: number,
  options: QueryOptions = {},
): Executed | QueryFailure {
  const parsed = (options.parse ?? parseExpression)(expr);
  if (!parsed.ok) return badData(`invalid parameter "query": ${parsed.error}`);
  return executeExpression(source, parsed.expression, timeMs, options);
}

/** An instant query that is parsed already. */
export function executeExpression(
  source: SelectSource | LazySource,
  expression: Expression,
  timeMs: number,
  options: QueryOptions = {},
): Executed | QueryFailure {
  const steps = { startMs: timeMs, endMs: timeMs, stepMs: 0 };
  const grid = { startMs: timeMs, stepMs: 1, count: 1 };
  return guarded(source, { steps, grid, options }, (context) => {
    const inner = unwrap(expression);
    if (inner.kind !== 'matrix-selector' && inner.kind !== 'subquery')
      return context.evaluate(expression, grid, noSurroundings);
    if (inner.kind === 'matrix-selector' && inner.selector.extension !== undefined)
      throw new QueryError(`${inner.selector.extension} modifier can only be used inside of a function`);
    const { series } = evaluateWindows(inner, grid, { context, around: noSurroundings });
    const found: WindowSeries[] = [];
    for (const each of series) if (each.to[0]! > each.from[0]!) found.push(ownWindow(each));
    return { kind: 'samples', series: found };
  });
}

export function executeRange(
  source: SelectSource | LazySource,
  expr: string,
  steps: Steps,
  options: QueryOptions = {},
): Executed | QueryFailure {
  const wrong = checkSteps(steps, options.maxPointsPerSeries ?? 11_000);
  if (wrong !== undefined) return badData(wrong);
  const parsed = (options.parse ?? parseExpression)(expr);
  if (!parsed.ok) return badData(`invalid parameter "query": ${parsed.error}`);
  return executeRangeExpression(source, parsed.expression, steps, options);
}

/** A range query that is parsed already and whose steps are right. */
export function executeRangeExpression(
  source: SelectSource | LazySource,
  expression: Expression,
  steps: Steps,
  options: QueryOptions = {},
): Executed | QueryFailure {
  const type = typeOf(expression);
  if (type !== 'scalar' && type !== 'vector') {
    return badData(
      `invalid parameter "query": invalid expression type "${documentedType(type)}" for range query, must be Scalar or instant Vector`,
    );
  }
  const count = Math.floor((steps.endMs - steps.startMs) / steps.stepMs) + 1;
  const grid = { startMs: steps.startMs, stepMs: steps.stepMs, count };
  return guarded(source, { steps, grid, options }, (context) => context.evaluate(expression, grid, noSurroundings));
}

/** What is wrong with the steps of a range query, in the words of Prometheus' HTTP API. */
export function checkSteps(steps: Steps, maxPoints: number): string | undefined {
  const { startMs, endMs, stepMs } = steps;
  if (!(endMs >= startMs)) return 'invalid parameter "end": end timestamp must not be before start time';
  if (!(stepMs > 0))
    return 'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer';
  if ((endMs - startMs) / stepMs > maxPoints) {
    return `exceeded maximum resolution of ${maxPoints.toLocaleString('en-US')} points per timeseries. Try decreasing the query resolution (?step=XX)`;
  }
  return undefined;
}

function badData(error: string): QueryFailure {
  return { ok: false, errorType: 'bad_data', error };
}

/** A limit of the source and a failure of the query are answers; anything else that is thrown is a bug and goes on. */
function guarded(
  source: SelectSource | LazySource,
  given: { steps: Steps; grid: Grid; options: QueryOptions },
  run: (context: QueryContext) => Value | SamplesValue,
): Executed | QueryFailure {
  const { steps, grid, options } = given;
  const context: QueryContext = {
    source,
    query: steps,
    lookbackMs: options.lookbackMs ?? defaultLookbackMs,
    defaultStepMs: options.defaultStepMs ?? 60_000,
    limits: {
      maxSamples: options.maxSamples ?? 50_000_000,
      maxSeries: options.maxSeries ?? Number.POSITIVE_INFINITY,
    },
    annotations: new Annotations(),
    isExpired: options.isExpired ?? (() => false),
    evaluate: (expression: Expression, inner, around) => evaluateExpression(expression, inner, { context, around }),
    samplesRead: 0,
  };
  try {
    const value = finished(run(context), grid.count);
    checkPoints(value, options.maxPoints ?? 50_000_000);
    return { ok: true, value, grid, annotations: context.annotations, samplesRead: context.samplesRead };
  } catch (error) {
    if (error instanceof QueryError) return { ok: false, errorType: error.kind, error: error.message };
    if (error instanceof Error && error.name === 'SelectLimitError')
      return { ok: false, errorType: 'execution', error: error.message };
    throw error;
  }
}

/** The only window of a series, in memory of its own. */
function ownWindow(series: WindowSeries): WindowSeries {
  const [from, to] = [series.from[0]!, series.to[0]!];
  return {
    ...series,
    times: series.times.slice(from, to),
    values: series.values.slice(from, to),
    histograms: series.histograms?.slice(from, to),
    from: Int32Array.of(0),
    to: Int32Array.of(to - from),
  };
}

/** Names that were to go are gone, and series are in order. */
function finished(value: Value | SamplesValue, count: number): Value | SamplesValue {
  if (value.kind === 'samples')
    return { kind: 'samples', series: [...value.series].sort((a, b) => compareLabels(a.labels, b.labels)) };
  if (value.kind !== 'vector') return value;
  const columns = dropNames(value.columns);
  if (value.ordered && count === 1) return { ...value, columns };
  const sorted = [...columns].sort((a: Column, b: Column) => compareLabels(a.labels, b.labels));
  return { ...value, columns: sorted };
}

function checkPoints(value: Value | SamplesValue, maxPoints: number): void {
  let points = 0;
  if (value.kind === 'samples') for (const { from, to } of value.series) points += to[0]! - from[0]!;
  else if (value.kind === 'vector')
    for (const { present } of value.columns) for (let step = 0; step < present.length; step++) points += present[step]!;
  if (points > maxPoints) throw new QueryError(tooManySamples);
}

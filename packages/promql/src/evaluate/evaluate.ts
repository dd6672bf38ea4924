import { unwrap } from '../parse/ast.ts';
import { parseExpression } from '../parse/parse-expression.ts';
import { formatNumber } from './format-number.ts';
import type { MatrixSeries, Point, QueryFailure, QueryResult } from './query-result.ts';
import type { SelectSource } from './select-source.ts';
import { evaluateMatrix, evaluateVector, type SelectedPoints, type Steps } from './selectors.ts';

export interface QueryOptions {
  /** How long a sample stands for its series. Default 5 minutes. */
  readonly lookbackMs?: number;
  /** Most samples that may be read. Default 50 million, as in Prometheus. */
  readonly maxSamples?: number;
  readonly maxSeries?: number;
  /** Most points in the whole answer, over all series. Default 50 million, as in Prometheus. */
  readonly maxPoints?: number;
  /** Most points of a series in the answer to a range query. Default 11,000, as in Prometheus. */
  readonly maxPointsPerSeries?: number;
}

const defaultLookbackMs = 300_000;

/** Evaluates an expression at one time (epoch milliseconds). Never throws for what the expression says. */
export function evalInstant(
  source: SelectSource,
  expr: string,
  timeMs: number,
  options: QueryOptions = {},
): QueryResult {
  const parsed = parseExpression(expr);
  if (!parsed.ok) return badData(`invalid parameter "query": ${parsed.error}`);
  const expression = unwrap(parsed.expression);
  const limits = limitsOf(options);
  return guarded(() => {
    if (expression.kind === 'matrix-selector') {
      const series = evaluateMatrix(source, expression, timeMs, {
        ...limits,
        maxSamples: Math.min(limits.maxSamples, maxPointsOf(options)),
      });
      return { ok: true, resultType: 'matrix', result: series.map(toSeries) };
    }
    const steps = { startMs: timeMs, endMs: timeMs, stepMs: 1 };
    const lookbackMs = options.lookbackMs ?? defaultLookbackMs;
    const points = evaluateVector(source, expression, steps, { lookbackMs, limits, maxPoints: maxPointsOf(options) });
    return {
      ok: true,
      resultType: 'vector',
      result: points.map(({ labels, values }) => ({ metric: labels, value: toPoint(timeMs, values[0]!) })),
    };
  });
}

/** Evaluates an expression at every step from `startMs` to `endMs`, both included. */
export function evalRange(source: SelectSource, expr: string, steps: Steps, options: QueryOptions = {}): QueryResult {
  const wrong = checkSteps(steps, options.maxPointsPerSeries ?? 11_000);
  if (wrong !== undefined) return badData(wrong);
  const parsed = parseExpression(expr);
  if (!parsed.ok) return badData(`invalid parameter "query": ${parsed.error}`);
  const expression = unwrap(parsed.expression);
  if (expression.kind === 'matrix-selector') {
    return badData(
      'invalid parameter "query": invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    );
  }
  return guarded(() => {
    const points = evaluateVector(source, expression, steps, {
      lookbackMs: options.lookbackMs ?? defaultLookbackMs,
      limits: limitsOf(options),
      maxPoints: maxPointsOf(options),
    });
    return { ok: true, resultType: 'matrix', result: points.map(toSeries) };
  });
}

function checkSteps(steps: Steps, maxPoints: number): string | undefined {
  const { startMs, endMs, stepMs } = steps;
  if (!(endMs >= startMs)) return 'invalid parameter "end": end timestamp must not be before start time';
  if (!(stepMs > 0))
    return 'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer';
  if ((endMs - startMs) / stepMs > maxPoints) {
    return `exceeded maximum resolution of ${maxPoints.toLocaleString('en-US')} points per timeseries. Try decreasing the query resolution (?step=XX)`;
  }
  return undefined;
}

function limitsOf(options: QueryOptions): { maxSamples: number; maxSeries: number } {
  return { maxSamples: options.maxSamples ?? 50_000_000, maxSeries: options.maxSeries ?? Number.POSITIVE_INFINITY };
}

function maxPointsOf(options: QueryOptions): number {
  return options.maxPoints ?? 50_000_000;
}

/** A limit of the source is an answer; anything else it throws is a bug and goes on. */
function guarded(evaluate: () => QueryResult): QueryResult {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof Error && error.name === 'SelectLimitError')
      return { ok: false, errorType: 'execution', error: error.message };
    throw error;
  }
}

function badData(error: string): QueryFailure {
  return { ok: false, errorType: 'bad_data', error };
}

function toSeries(points: SelectedPoints): MatrixSeries {
  return { metric: points.labels, values: points.timestamps.map((time, i) => toPoint(time, points.values[i]!)) };
}

function toPoint(timeMs: number, value: number): Point {
  return [timeMs / 1_000, formatNumber(value)];
}

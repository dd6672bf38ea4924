/** What all parts of one evaluation share: where samples come from, the query's own times, limits, and annotations. */
import type { Expression } from '../parse/ast.ts';
import type { QueryTimes } from '../parse/duration-arithmetic.ts';
import type { Annotations } from './annotations.ts';
import type { Grid, Value } from './column.ts';
import type { LazySource, SelectSource } from './select-source.ts';

export interface QueryLimits {
  /** Most samples that may be read, and most values that a step of the evaluation may hold. */
  readonly maxSamples: number;
  readonly maxSeries: number;
}

/** A failure of the query itself, in Prometheus' words. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly kind: 'execution' | 'timeout' | 'canceled';

  constructor(message: string, kind: 'execution' | 'timeout' | 'canceled' = 'execution') {
    super(message);
    this.kind = kind;
  }
}

export const tooManySamples = 'query processing would load too many samples into memory in query execution';

/** What surrounds the expression that is evaluated, for the source's hints. */
export interface Surroundings {
  readonly func: string;
  readonly grouping: readonly string[];
  readonly by: boolean;
  /** True inside functions that only ask for the count and sum of histograms. */
  readonly statsOnly: boolean;
}

export const noSurroundings: Surroundings = { func: '', grouping: [], by: false, statsOnly: false };

export interface QueryContext {
  readonly source: SelectSource | LazySource;
  /** The times of the whole query: what `start()`, `end()`, `step()` and `range()` mean, also inside subqueries. */
  readonly query: QueryTimes;
  readonly lookbackMs: number;
  /** Resolution of a subquery that names none. */
  readonly defaultStepMs: number;
  readonly limits: QueryLimits;
  readonly annotations: Annotations;
  /** True once the time of the query is over. */
  readonly isExpired: () => boolean;
  readonly evaluate: (expression: Expression, grid: Grid, around: Surroundings) => Value;
  /** Samples read so far. */
  samplesRead: number;
}

export function checkTime(context: QueryContext): void {
  if (context.isExpired()) throw new QueryError('query timed out in expression evaluation', 'timeout');
}

/** A node's own result may not hold more than a limit of values. */
export function checkSize(context: QueryContext, series: number, steps: number): void {
  if (series * steps > context.limits.maxSamples) throw new QueryError(tooManySamples);
}

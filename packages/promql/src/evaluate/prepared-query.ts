/**
 * A query in two halves, so that samples can be read in one thread and the evaluation done in another. The plan is found by
 * evaluating over a source that knows nothing and writes down what it is asked for; the evaluation proper then gets what
 * was read, in the same order. What is asked for never depends on the data.
 */
import type { Matcher } from '@jaegis/model';
import { answerText } from './answer-text.ts';
import { maxAnnotations } from './evaluate.ts';
import { type Executed, executeInstant, executeRange, type QueryOptions, type Steps } from './execute-query.ts';
import type { QueryFailure } from './query-result.ts';
import type { LazySource, SelectHints, SelectSource, SeriesReader, SourceLimits } from './select-source.ts';

export interface PreparedQuery {
  readonly expr: string;
  /** A step of 0 asks for one moment, `startMs`. */
  readonly steps: Steps;
  readonly options: Omit<QueryOptions, 'isExpired' | 'parse'>;
  /** Most series in the answer. */
  readonly limit?: number;
}

export interface Selection {
  readonly matchers: readonly Matcher[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly hints: SelectHints | undefined;
}

/** What is to be read for a query, each selection once, and which of them each part of the query asks for. */
export interface QueryPlan {
  readonly ok: true;
  readonly selections: readonly Selection[];
  readonly order: readonly number[];
}

export type QueryAnswer =
  | {
      readonly ok: true;
      /** `{"resultType":...,"result":...}` in UTF-8. */
      readonly data: Uint8Array;
      readonly warnings: readonly string[];
      readonly infos: readonly string[];
      readonly samplesRead: number;
    }
  | QueryFailure;

/** What cannot be sent with a query. */
type HowToRun = Pick<QueryOptions, 'isExpired' | 'parse'>;

/**
 * What a query will read, found by evaluating it over nothing: each selection once, in the order of the first need. Or the
 * failure that the query would have: a wrong expression, a wrong range.
 */
export function planQuery(query: PreparedQuery, how: Pick<HowToRun, 'parse'> = {}): QueryPlan | QueryFailure {
  const selections: Selection[] = [];
  const order: number[] = [];
  const known = new Map<string, number>();
  const recorder: SelectSource = {
    select(matchers: readonly Matcher[], fromMs: number, toMs: number, limits?: SourceLimits) {
      const selection = { matchers, fromMs, toMs, hints: limits?.hints };
      const key = JSON.stringify(selection);
      const index = known.get(key) ?? selections.push(selection) - 1;
      known.set(key, index);
      order.push(index);
      return [];
    },
  };
  const executed = execute(recorder, { ...query, options: { ...query.options, ...how } });
  return executed.ok ? { ok: true, selections, order } : executed;
}

/** Evaluates a query over what `find` gives for the selections of its plan, by their place. */
export function answerPlanned(
  query: PreparedQuery,
  plan: Pick<QueryPlan, 'order'>,
  find: (index: number, limits: SourceLimits) => readonly SeriesReader[],
  how?: HowToRun,
): QueryAnswer {
  let asked = 0;
  return answerFrom(
    { find: (_matchers, _fromMs, _toMs, limits = {}) => find(plan.order[asked++]!, limits) },
    query,
    how,
  );
}

/** Evaluates a query over a source. */
export function answerFrom(source: SelectSource | LazySource, query: PreparedQuery, how: HowToRun = {}): QueryAnswer {
  const executed = execute(source, { ...query, options: { ...query.options, ...how } });
  if (!executed.ok) return executed;
  const { limit } = query;
  const isRange = query.steps.stepMs > 0;
  const answer = answerText(executed, { isRange, ...(limit !== undefined && limit > 0 && { limit }) });
  const located = executed.annotations.located(query.expr, maxAnnotations);
  const warnings = answer.truncated ? [...located.warnings, 'results truncated due to limit'] : located.warnings;
  return { ok: true, data: answer.bytes, warnings, infos: located.infos, samplesRead: executed.samplesRead };
}

function execute(
  source: SelectSource | LazySource,
  { expr, steps, options }: Omit<PreparedQuery, 'options'> & { readonly options: QueryOptions },
): Executed | QueryFailure {
  if (steps.stepMs > 0) return executeRange(source, expr, steps, options);
  return executeInstant(source, expr, steps.startMs, options);
}

import {
  evalInstant,
  type PreparedQuery,
  type QueryAnswer as PromqlAnswer,
  type QueryResult,
  type SelectSource,
} from '@jaegis/promql';
import type { Query, QueryAnswer } from '@jaegis/rules';

/** A rule may give this much; more is a mistake that must not take the memory of all the others. */
const limits = { maxPoints: 100_000 };

/** Answers the questions of rules from a store. */
export function storeQuery(source: SelectSource): Query {
  return async (expr, timeMs) => answerOf(evalInstant(source, expr, timeMs, limits));
}

/** Answers the questions of rules by `run`, which need not do it in this thread. */
export function ruleQuery(run: (query: PreparedQuery) => Promise<PromqlAnswer>): Query {
  return async (expr, timeMs) => {
    const steps = { startMs: timeMs, endMs: timeMs, stepMs: 0 };
    const answer = await run({ expr, steps, options: limits });
    if (!answer.ok) return answer;
    const { data, warnings, infos, samplesRead } = answer;
    const result = JSON.parse(new TextDecoder().decode(data)) as QueryResult;
    return answerOf({ ...result, ok: true, warnings, infos, samplesRead } as QueryResult);
  };
}

/** What is wrong with an expression, in Prometheus' words; `undefined` when it can be evaluated. */
export function checkExpression(expr: string): string | undefined {
  const result = evalInstant({ select: () => [] }, expr, 0);
  if (!result.ok) return result.error.replace(/^invalid parameter "query": /, '');
  const answer = answerOf(result);
  return answer.ok ? undefined : answer.error;
}

function answerOf(result: QueryResult): QueryAnswer {
  if (!result.ok) return result;
  const { resultType } = result as { resultType: string };
  if (resultType === 'scalar') {
    const [, value] = result.result as unknown as readonly [number, string];
    return { ok: true, samples: [{ labels: {}, value: numberOf(value) }] };
  }
  if (result.resultType !== 'vector')
    return { ok: false, error: `rule result is a ${resultType}, must be a vector or scalar` };
  const samples = result.result.flatMap(({ metric, value }) =>
    // A native histogram has no one value: rules on floats leave it out.
    value === undefined ? [] : [{ labels: metric, value: numberOf(value[1]) }],
  );
  return { ok: true, samples };
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

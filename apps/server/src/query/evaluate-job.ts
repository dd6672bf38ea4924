import { answerQuery, joinParts, type QueryAnswer } from '@jaegis/promql';
import type { QueryJob } from './query-messages.ts';

/** Evaluates a job until it is done, its time is over, or nobody waits any more. `now` in milliseconds, only going forward. */
export function evaluateJob(job: Omit<QueryJob, 'id'>, now: () => number): QueryAnswer {
  const deadline = now() + job.timeoutMs;
  const isCanceled = () => Atomics.load(job.canceled, 0) !== 0;
  const answer = answerQuery(job.query, job, job.parts.map(joinParts), () => now() > deadline || isCanceled());
  if (answer.ok || answer.errorType !== 'timeout' || !isCanceled()) return answer;
  return { ok: false, errorType: 'canceled', error: 'query was canceled in expression evaluation' };
}

/** The thread that evaluates queries: jobs in, answers out, one at a time. */
import { parentPort } from 'node:worker_threads';
import { evaluateJob } from './evaluate-job.ts';
import type { QueryDone, QueryJob } from './query-messages.ts';

parentPort?.on('message', (job: QueryJob) => {
  const done: QueryDone = { id: job.id, answer: evaluateJob(job, () => performance.now()) };
  parentPort?.postMessage(done);
});

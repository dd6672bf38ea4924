/** A thread that answers queries: jobs in, answers out, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerPlanned, ExpressionMemory, type QueryAnswer } from '@jaegis/promql';
import { openFilesToRead, zlibCompression } from '@jaegis/store';
import { DistantStore } from '@jaegis/tsdb';
import type { QueryDone, QueryJob, WorkerSetup } from './query-messages.ts';
import { warmUp } from './warm-up.ts';

const { folder, cacheBytes } = workerData as WorkerSetup;
const store = new DistantStore({ directory: openFilesToRead(folder), cacheBytes, compression: zlibCompression });
const expressions = new ExpressionMemory();

/** On a machine that is not busy it takes a fifth of that. */
const warmUpMs = 5_000;
/** Who has just asked often asks again: the warm-up waits until it has been quiet for so long. */
const quietMs = 250;
let jobs = 0;
let doneAt = Number.NEGATIVE_INFINITY;

parentPort?.on('message', (job: QueryJob) => {
  jobs++;
  // A failure here is a bug: it ends the thread, and the runner says so to who asked.
  void answer(job).then((done) => {
    parentPort?.postMessage(done, done.answer.ok ? [done.answer.data.buffer as ArrayBuffer] : []);
    jobs--;
    doneAt = performance.now();
  });
});

void warmUp({ stopwatch: () => performance.now(), budgetMs: warmUpMs, pause: untilQuiet });

async function untilQuiet(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  while (jobs > 0 || performance.now() < doneAt + quietMs) await new Promise((resolve) => setTimeout(resolve, quietMs));
}

async function answer(job: QueryJob): Promise<QueryDone> {
  const deadline = performance.now() + job.timeoutMs;
  const isCanceled = (): boolean => Atomics.load(job.canceled, 0) !== 0;
  const answers = await store.take(job.handed);
  const { query, plan } = job;
  const isExpired = (): boolean => performance.now() > deadline || isCanceled();
  const found = answerPlanned(query, plan, (index, limits) => answers.find(index, plan.selections[index]!, limits), {
    isExpired,
    parse: (text) => expressions.parse(text),
  });
  return { id: job.id, answer: isCanceled() ? toldCanceled(found) : found, damages: answers.damages };
}

function toldCanceled(answer: QueryAnswer): QueryAnswer {
  if (answer.ok || answer.errorType !== 'timeout') return answer;
  return { ok: false, errorType: 'canceled', error: 'query was canceled in expression evaluation' };
}

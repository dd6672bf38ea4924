/**
 * Queries from the HTTP API: planned and read here, evaluated in a worker thread, so that a heavy one does not keep ingest
 * waiting. What is small is evaluated right here: it takes less than handing it over.
 */
import { type PreparedQuery, planQuery, type QueryAnswer, type QueryFailure } from '@jaegis/promql';
import { evaluateJob } from './evaluate-job.ts';
import { type Gathered, gatherSamples, type SampleStore } from './gather-samples.ts';
import { WorkerThread } from './worker-thread.ts';

export interface RunnerOptions {
  readonly store: SampleStore;
  /** The built file of the worker; without it everything is evaluated here. */
  readonly workerFile: URL | undefined;
  /** Milliseconds, only going forward. */
  readonly stopwatch: () => number;
}

export interface RunOptions {
  readonly timeoutMs: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface Timings {
  readonly readMs: number;
  readonly evaluateMs: number;
}

export interface QueryRunnerStats {
  readonly inline: number;
  readonly handedOver: number;
  readonly waiting: number;
  readonly refused: number;
}

/** Queries that wait for the worker; Prometheus evaluates 20 at once. */
const queueLimit = 64;
/** Samples and results up to which a query is evaluated here: a few milliseconds. */
const inlineLimit = 60_000;

export class QueryRunner {
  readonly #options: RunnerOptions;
  readonly #worker: WorkerThread | undefined;
  #inline = 0;
  #handedOver = 0;
  #refused = 0;

  constructor(options: RunnerOptions) {
    this.#options = options;
    if (options.workerFile !== undefined) this.#worker = new WorkerThread({ file: options.workerFile, queueLimit });
  }

  async run(query: PreparedQuery, options: RunOptions): Promise<{ answer: QueryAnswer; timings: Timings }> {
    const { stopwatch, store } = this.#options;
    const started = stopwatch();
    const plan = planQuery(query);
    if (!plan.ok) return { answer: plan, timings: { readMs: 0, evaluateMs: 0 } };
    const deadline = started + options.timeoutMs;
    const gathered = await gather(() =>
      gatherSamples(store, plan, {
        maxSamples: query.options.maxSamples ?? Number.POSITIVE_INFINITY,
        pause: nextTurn,
        check: () => checkWaiting(options.signal, stopwatch() > deadline),
      }),
    );
    const readMs = stopwatch() - started;
    if ('ok' in gathered) return { answer: gathered, timings: { readMs, evaluateMs: 0 } };
    const canceled = new Int32Array(new SharedArrayBuffer(4));
    const cancel = (): void => {
      Atomics.store(canceled, 0, 1);
    };
    options.signal.addEventListener('abort', cancel, { once: true });
    // Nobody is told of what happened before listening.
    if (options.signal.aborted) cancel();
    const timeoutMs = Math.max(1, deadline - stopwatch());
    const job = { query, order: plan.order, parts: gathered.parts, timeoutMs, canceled };
    const answer = await this.#evaluate(job, gathered);
    options.signal.removeEventListener('abort', cancel);
    return { answer, timings: { readMs, evaluateMs: stopwatch() - started - readMs } };
  }

  async #evaluate(job: Parameters<typeof evaluateJob>[0], gathered: Gathered): Promise<QueryAnswer> {
    const { startMs, endMs, stepMs } = job.query.steps;
    const steps = stepMs > 0 ? Math.floor((endMs - startMs) / stepMs) + 1 : 1;
    const isSmall = gathered.samples + gathered.series * steps <= inlineLimit;
    if (this.#worker === undefined || isSmall) {
      this.#inline++;
      return evaluateJob(job, this.#options.stopwatch);
    }
    const running = this.#worker.run(job);
    if (running === undefined) {
      this.#refused++;
      return { ok: false, errorType: 'timeout', error: `too many queries: ${queueLimit} are waiting, must be fewer` };
    }
    this.#handedOver++;
    return running;
  }

  stats(): QueryRunnerStats {
    return {
      inline: this.#inline,
      handedOver: this.#handedOver,
      waiting: this.#worker?.waiting ?? 0,
      refused: this.#refused,
    };
  }

  async close(): Promise<void> {
    await this.#worker?.close();
  }
}

class GivenUp extends Error {
  override readonly name = 'GivenUp';
  readonly errorType: 'canceled' | 'timeout';

  constructor(errorType: 'canceled' | 'timeout') {
    super(errorType === 'canceled' ? 'query was canceled in query execution' : 'query timed out in query execution');
    this.errorType = errorType;
  }
}

function checkWaiting(signal: AbortSignal, isLate: boolean): void {
  if (signal.aborted) throw new GivenUp('canceled');
  if (isLate) throw new GivenUp('timeout');
}

/** A limit of the store and giving up are answers. */
async function gather(read: () => Promise<Gathered>): Promise<Gathered | QueryFailure> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof GivenUp) return { ok: false, errorType: error.errorType, error: error.message };
    if (error instanceof Error && error.name === 'SelectLimitError')
      return { ok: false, errorType: 'execution', error: error.message };
    throw error;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

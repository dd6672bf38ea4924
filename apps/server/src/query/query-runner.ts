/**
 * Queries: planned here, answered in a worker thread. This thread only finds the series and copies their compressed
 * samples, in small pieces; decoding, reading of blocks, evaluation and writing the answer are done there. When all
 * threads are busy, what takes a few milliseconds is done right here, for it should not wait behind what takes seconds.
 */
import {
  answerFrom,
  ExpressionMemory,
  type LazySource,
  type PreparedQuery,
  planQuery,
  type QueryAnswer,
  type QueryPlan,
} from '@jaegis/promql';
import type { Handover } from '@jaegis/tsdb';
import { ThreadPool } from './thread-pool.ts';
import { WorkerThread } from './worker-thread.ts';

/** The store, as far as queries need it. */
export interface SampleStore extends LazySource {
  /** Left out where there is nothing that could be handed over: all is answered here. */
  readonly handover?: Handover;
}

export interface RunnerOptions {
  readonly store: SampleStore;
  /** What answers in other threads; without it all is answered here. */
  readonly workers?: {
    /** The built file of the worker. */
    readonly file: URL;
    /** The folder of the metrics. */
    readonly folder: string;
    readonly onDamage: (message: string) => void;
  };
  /** Milliseconds, only going forward. */
  readonly stopwatch: () => number;
  /** Most samples of a query that names no limit itself. Default 50 million, as in Prometheus. */
  readonly maxSamples?: number;
}

export interface RunOptions {
  readonly timeoutMs: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface Timings {
  /** Until the question was handed over. */
  readonly readMs: number;
  readonly evaluateMs: number;
}

export interface QueryRunnerStats {
  readonly inline: number;
  readonly handedOver: number;
  readonly waiting: number;
  readonly refused: number;
  /** Samples that the threads keep decoded, at most. */
  readonly keptSamples: number;
}

/** One for what is great and one for what comes meanwhile. */
const threads = 2;
/** Queries that wait for a thread; Prometheus evaluates 20 at once. */
const queueLimit = 64;
/** What a thread keeps of blocks: some eight million samples, which a dashboard asks for again and again. */
const cacheBytes = 64 * 2 ** 20;
/** Samples and results of a query that is answered here when no thread is free: a few milliseconds. */
const smallLimit = 20_000;
const likelyStepMs = 10_000;
const defaultMaxSamples = 50_000_000;

export class QueryRunner {
  readonly #options: RunnerOptions;
  readonly #pool: ThreadPool<WorkerThread> | undefined;
  readonly #expressions = new ExpressionMemory();
  #inline = 0;
  #handedOver = 0;
  #refused = 0;

  constructor(options: RunnerOptions) {
    this.#options = options;
    const { workers, store } = options;
    const { handover } = store;
    if (workers === undefined || handover === undefined) return;
    const { file, folder, onDamage } = workers;
    const setup = { folder, cacheBytes };
    const senders = () => ({ labels: handover.labelSender(), samples: handover.sampleSender() });
    const make = () => new WorkerThread({ file, setup, senders, onDamage });
    this.#pool = new ThreadPool(make, { threads, waiting: queueLimit });
  }

  /** Begins a thread before the first question: it takes a while until it answers as fast as it can. */
  begin(): void {
    this.#pool?.begin();
  }

  async run(given: PreparedQuery, options: RunOptions): Promise<{ answer: QueryAnswer; timings: Timings }> {
    const { stopwatch, maxSamples = defaultMaxSamples } = this.#options;
    const query = { ...given, options: { maxSamples, ...given.options } };
    const started = stopwatch();
    const plan = planQuery(query, { parse: (text) => this.#expressions.parse(text) });
    if (!plan.ok) return { answer: plan, timings: { readMs: 0, evaluateMs: 0 } };
    const asked = { query, plan, deadline: started + options.timeoutMs, signal: options.signal, readyAt: started };
    const answer = await this.#answer(asked);
    return { answer, timings: { readMs: asked.readyAt - started, evaluateMs: stopwatch() - asked.readyAt } };
  }

  async #answer(asked: Asked): Promise<QueryAnswer> {
    const pool = this.#pool;
    if (pool === undefined || (!pool.isFree && this.#isSmall(asked))) return this.#answerHere(asked);
    const running = pool.use((thread) => this.#answerThere(asked, thread));
    if (running !== undefined) return (await running) ?? stopped;
    this.#refused++;
    return { ok: false, errorType: 'timeout', error: `too many queries: ${queueLimit} are waiting, must be fewer` };
  }

  #answerHere({ query, deadline, signal }: Asked): QueryAnswer {
    this.#inline++;
    const { store, stopwatch } = this.#options;
    return guarded(() => answerFrom(store, query, { isExpired: () => signal.aborted || stopwatch() > deadline }));
  }

  async #answerThere(asked: Asked, thread: WorkerThread): Promise<QueryAnswer> {
    const { stopwatch, store } = this.#options;
    const { query, plan, signal, deadline } = asked;
    const check = (): void => checkWaiting(signal, stopwatch() > deadline);
    const canceled = new Int32Array(new SharedArrayBuffer(4));
    const cancel = (): void => {
      Atomics.store(canceled, 0, 1);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      check();
      const { maxSamples } = query.options;
      const pause = async (): Promise<void> => {
        await nextTurn();
        check();
      };
      return await store.handover!.give(plan.selections, { ...thread.senders, maxSamples, pause }, (handed) => {
        this.#handedOver++;
        asked.readyAt = stopwatch();
        return thread.run({ query, plan, handed, canceled, timeoutMs: Math.max(1, deadline - asked.readyAt) });
      });
    } catch (error) {
      return answerOfError(error);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #isSmall({ query, plan }: Asked): boolean {
    const { startMs, endMs, stepMs } = query.steps;
    const steps = stepMs > 0 ? Math.floor((endMs - startMs) / stepMs) + 1 : 1;
    let work = 0;
    for (const { matchers, fromMs, toMs } of plan.selections)
      work += this.#options.store.handover!.count(matchers) * (steps + (toMs - fromMs) / likelyStepMs);
    return work <= smallLimit;
  }

  stats(): QueryRunnerStats {
    return {
      inline: this.#inline,
      handedOver: this.#handedOver,
      waiting: this.#pool?.waiting ?? 0,
      refused: this.#refused,
      keptSamples: this.#pool?.threads.reduce((sum, { senders }) => sum + senders.samples.samples, 0) ?? 0,
    };
  }

  async close(): Promise<void> {
    await this.#pool?.close();
  }
}

interface Asked {
  readonly query: PreparedQuery & { readonly options: { readonly maxSamples: number } };
  readonly plan: QueryPlan;
  readonly deadline: number;
  readonly signal: AbortSignal;
  readyAt: number;
}

const stopped: QueryAnswer = { ok: false, errorType: 'canceled', error: 'query was canceled: the server stops' };

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

function guarded(answer: () => QueryAnswer): QueryAnswer {
  try {
    return answer();
  } catch (error) {
    return answerOfError(error);
  }
}

/** A limit of the store and giving up are answers; anything else is a bug and goes on. */
function answerOfError(error: unknown): QueryAnswer {
  if (error instanceof GivenUp) return { ok: false, errorType: error.errorType, error: error.message };
  if (error instanceof Error && error.name === 'SelectLimitError')
    return { ok: false, errorType: 'execution', error: error.message };
  throw error;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

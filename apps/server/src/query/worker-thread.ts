/**
 * One worker thread, its queue and its deadlines. The queue is bounded: what does not fit is refused at once. A job that does
 * not end in time although it was told to is ended with its thread, and a new thread takes the next.
 */
import { Worker } from 'node:worker_threads';
import type { QueryAnswer } from '@jaegis/promql';
import { BoundedQueue } from '@jaegis/std';
import type { QueryDone, QueryJob } from './query-messages.ts';

interface Waiting {
  readonly job: QueryJob;
  readonly settle: (answer: QueryAnswer) => void;
}

/** So long after its time a job must have noticed. */
const graceMs = 2_000;

export interface WorkerThreadOptions {
  /** The built file of the worker. */
  readonly file: URL;
  readonly queueLimit: number;
}

export class WorkerThread {
  readonly #options: WorkerThreadOptions;
  readonly #queue: BoundedQueue<Waiting>;
  #worker: Worker | undefined;
  #running: Waiting | undefined;
  #killer: NodeJS.Timeout | undefined;
  #nextId = 1;
  #isClosed = false;

  constructor(options: WorkerThreadOptions) {
    this.#options = options;
    this.#queue = new BoundedQueue<Waiting>(options.queueLimit);
  }

  /** Jobs that wait, the running one not among them. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** The answer; `undefined` when the queue is full. The arrays of the job belong to the worker from now on. */
  run(job: Omit<QueryJob, 'id'>): Promise<QueryAnswer> | undefined {
    if (this.#isClosed) return undefined;
    let settle: (answer: QueryAnswer) => void = () => {};
    const promise = new Promise<QueryAnswer>((resolve) => {
      settle = resolve;
    });
    const waiting = { job: { ...job, id: this.#nextId++ }, settle };
    if (!this.#queue.push(waiting)) return undefined;
    this.#next();
    return promise;
  }

  #next(): void {
    if (this.#running !== undefined || this.#isClosed) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    if (Atomics.load(next.job.canceled, 0) !== 0) {
      next.settle({ ok: false, errorType: 'canceled', error: 'query was canceled in query queue' });
      this.#next();
      return;
    }
    this.#running = next;
    this.#worker ??= this.#start();
    this.#killer = setTimeout(
      () => this.#kill('query timed out in expression evaluation'),
      next.job.timeoutMs + graceMs,
    );
    this.#worker.postMessage(next.job, transferable(next.job));
  }

  #start(): Worker {
    const worker = new Worker(this.#options.file);
    // A query that runs is no reason to keep a process that has nothing else to do.
    worker.unref();
    worker.on('message', ({ id, answer }: QueryDone) => {
      if (this.#running?.job.id === id) this.#finish(answer);
    });
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#kill(`query failed: ${error.message}`, 'execution');
    });
    return worker;
  }

  #kill(error: string, errorType: 'timeout' | 'execution' = 'timeout'): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#finish({ ok: false, errorType, error });
  }

  #finish(answer: QueryAnswer): void {
    clearTimeout(this.#killer);
    const done = this.#running;
    this.#running = undefined;
    done?.settle(answer);
    this.#next();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#killer);
    const stopped: QueryAnswer = { ok: false, errorType: 'canceled', error: 'query was canceled: the server stops' };
    this.#running?.settle(stopped);
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next.settle(stopped);
    await this.#worker?.terminate();
  }
}

/** The arrays of samples change their owner instead of being copied; one that two selections share is named once. */
function transferable(job: QueryJob): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { timestamps, values } of job.parts.flat(2)) {
    buffers.add(timestamps.buffer as ArrayBuffer);
    buffers.add(values.buffer as ArrayBuffer);
  }
  return [...buffers];
}

/**
 * One worker thread, which answers one query at a time. A job that does not end in time although it was told to is ended
 * with its thread; the next begins a new one.
 */
import { Worker } from 'node:worker_threads';
import type { QueryAnswer } from '@jaegis/promql';
import { extractBuffers, type LabelSender, type SampleSender } from '@jaegis/tsdb';
import type { QueryDone, QueryJob, WorkerSetup } from './query-messages.ts';

/** So long after its time a job must have noticed. */
const graceMs = 2_000;

export interface Senders {
  readonly labels: LabelSender;
  readonly samples: SampleSender;
}

export interface WorkerThreadOptions {
  /** The built file of the worker. */
  readonly file: URL;
  readonly setup: WorkerSetup;
  /** What remembers whose labels and which samples the thread has; asked for with each new thread. */
  readonly senders: () => Senders;
  readonly onDamage: (message: string) => void;
}

export class WorkerThread {
  readonly #options: WorkerThreadOptions;
  #worker: Worker | undefined;
  #senders: Senders;
  #running: { readonly id: number; readonly settle: (answer: QueryAnswer) => void } | undefined;
  #killer: NodeJS.Timeout | undefined;
  #nextId = 1;

  constructor(options: WorkerThreadOptions) {
    this.#options = options;
    this.#senders = options.senders();
  }

  /** What is sent with the next job must be put together by these. */
  get senders(): Senders {
    return this.#senders;
  }

  begin(): void {
    this.#worker ??= this.#start();
  }

  /** Begins the job; only when none is under way. Its arrays belong to the worker from now on. */
  run(job: Omit<QueryJob, 'id'>): Promise<QueryAnswer> {
    const id = this.#nextId++;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((settle) => {
      this.#running = { id, settle };
      this.#killer = setTimeout(
        () => this.#kill({ ok: false, errorType: 'timeout', error: 'query timed out in expression evaluation' }),
        job.timeoutMs + graceMs,
      );
      worker.postMessage({ ...job, id }, job.handed.extracts.flatMap(extractBuffers));
    });
  }

  #start(): Worker {
    const { file, setup, onDamage } = this.#options;
    const worker = new Worker(file, { workerData: setup });
    // A query that runs is no reason to keep a process that has nothing else to do.
    worker.unref();
    worker.on('message', ({ id, answer, damages }: QueryDone) => {
      for (const damage of damages) onDamage(damage);
      if (this.#running?.id === id) this.#finish(answer);
    });
    worker.on('error', (error) => {
      if (this.#worker === worker)
        this.#kill({ ok: false, errorType: 'execution', error: `query failed: ${error.message}` });
    });
    return worker;
  }

  #kill(answer: QueryAnswer): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#senders = this.#options.senders();
    this.#finish(answer);
  }

  #finish(answer: QueryAnswer): void {
    clearTimeout(this.#killer);
    const done = this.#running;
    this.#running = undefined;
    done?.settle(answer);
  }

  async close(): Promise<void> {
    this.#finish({ ok: false, errorType: 'canceled', error: 'query was canceled: the server stops' });
    await this.#worker?.terminate();
  }
}

/**
 * One worker thread, which answers one query at a time. A job that does not end in time although it was told to is ended
 * with its thread; the next begins a new one.
 */
import { Worker } from 'node:worker_threads';
import type { QueryAnswer } from '@jaegis/promql';
import { extractBuffers, type LabelSender } from '@jaegis/tsdb';
import type { QueryDone, QueryJob, WorkerSetup } from './query-messages.ts';

/** So long after its time a job must have noticed. */
const graceMs = 2_000;

export interface WorkerThreadOptions {
  /** The built file of the worker. */
  readonly file: URL;
  readonly setup: WorkerSetup;
  /** What remembers whose labels the thread knows; asked for with each new thread. */
  readonly labelSender: () => LabelSender;
  readonly onDamage: (message: string) => void;
}

export class WorkerThread {
  readonly #options: WorkerThreadOptions;
  #worker: Worker | undefined;
  #labels: LabelSender;
  #running: { readonly id: number; readonly settle: (answer: QueryAnswer) => void } | undefined;
  #killer: NodeJS.Timeout | undefined;
  #nextId = 1;

  constructor(options: WorkerThreadOptions) {
    this.#options = options;
    this.#labels = options.labelSender();
  }

  /** Labels that are sent with the next job must be packed by this. */
  get labels(): LabelSender {
    return this.#labels;
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
    this.#labels = this.#options.labelSender();
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

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { runWhatIf, type WhatIfOutcome } from '@jaegis/scaling';
import type { WhatIfJob } from './what-if-job.ts';

export type BacktestMessage = { readonly progress: number } | { readonly outcomes: readonly WhatIfOutcome[] };

export interface RunOptions {
  /** Aborted when nobody waits any more: the thread is ended. */
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

/** A week takes seconds; what takes minutes is ended. */
const timeoutMs = 180_000;

/**
 * Backtests, each in a thread of its own that ends with it, one at a time: they take a core, and the scaler needs the
 * other. Where the worker's file is not built (tests run from sources) it calculates in this thread.
 */
export class BacktestRunner {
  readonly #file: URL | undefined;
  #isBusy = false;

  constructor(file: URL = new URL('./backtest-worker.js', import.meta.url)) {
    this.#file = existsSync(fileURLToPath(file)) ? file : undefined;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Only when it is not busy. Rejects when it was aborted, took too long or threw. */
  async run(job: WhatIfJob, options: RunOptions): Promise<readonly WhatIfOutcome[]> {
    this.#isBusy = true;
    try {
      return this.#file === undefined
        ? runWhatIf(job.load, { from: job.from, cases: job.cases, onProgress: options.onProgress })
        : await inThread(this.#file, job, options);
    } finally {
      this.#isBusy = false;
    }
  }
}

async function inThread(file: URL, job: WhatIfJob, o: RunOptions): Promise<readonly WhatIfOutcome[]> {
  const worker = new Worker(file, { workerData: job });
  const limit = AbortSignal.any([o.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (message: BacktestMessage) => {
        if ('progress' in message) o.onProgress(message.progress);
        else resolve(message.outcomes);
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`the backtest thread ended with code ${code}`)));
      const stop = () =>
        reject(
          new Error(o.signal.aborted ? 'nobody waits for it any more' : `it took more than ${timeoutMs / 1_000} s`),
        );
      if (limit.aborted) stop();
      limit.addEventListener('abort', stop, { once: true });
    });
  } finally {
    await worker.terminate();
  }
}

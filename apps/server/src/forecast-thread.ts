import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ForecastNetwork, ForecastOptions, ForecastResult, History } from '@jaegis/analytics';
import { type ForecastEngine, inlineForecastEngine } from './core/forecast-engine.ts';
import type { Log } from './core/log.ts';

export interface ForecastJob {
  readonly id: number;
  readonly history: History;
  readonly options: ForecastOptions;
}

export interface NetworkNews {
  readonly network: ForecastNetwork;
}

interface Waiting {
  readonly resolve: (result: ForecastResult) => void;
  readonly reject: (error: Error) => void;
}

/** More jobs than this at once are refused: whoever asks comes again. */
const mostWaiting = 64;

/**
 * Forecasts in a worker thread. The thread starts with the first job and again after it died; where its file is not built
 * (tests run from sources) it calculates in this thread.
 */
export function startForecastThread(log: Log): ForecastEngine & { close(): Promise<void> } {
  const file = new URL('./forecast-worker.js', import.meta.url);
  if (!existsSync(fileURLToPath(file))) return { ...inlineForecastEngine(), close: async () => {} };
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let nextId = 1;
  let isClosed = false;
  let network: ForecastNetwork | undefined;

  const fail = (error: Error): void => {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const start = (): Worker => {
    const started = new Worker(file);
    // The process may end while it idles.
    started.unref();
    if (network !== undefined) started.postMessage({ network } satisfies NetworkNews);
    started.on('message', ({ id, result }: { id: number; result: ForecastResult }) => {
      waiting.get(id)?.resolve(result);
      waiting.delete(id);
    });
    started.on('error', (error) => {
      if (isClosed) return;
      log.error({ err: error }, `failed: the forecast thread threw: ${error.message}`);
      fail(error);
    });
    started.on('exit', (code) => {
      if (worker === started) fail(new Error(`the forecast thread ended with code ${code}`));
    });
    return started;
  };

  return {
    forecast(history, options) {
      if (isClosed) return Promise.reject(new Error('the forecast thread is closed'));
      if (waiting.size >= mostWaiting)
        return Promise.reject(new Error(`Cannot forecast: ${waiting.size} jobs wait, must be under ${mostWaiting}`));
      worker ??= start();
      const id = nextId++;
      const { promise, resolve, reject } = withResolvers();
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, history, options } satisfies ForecastJob);
      return promise;
    },
    useNetwork(next) {
      network = next;
      worker?.postMessage({ network } satisfies NetworkNews);
    },
    async close() {
      isClosed = true;
      await worker?.terminate();
      fail(new Error('the forecast thread is closed'));
    },
  };
}

function withResolvers(): Waiting & { promise: Promise<ForecastResult> } {
  let waiting!: Waiting;
  const promise = new Promise<ForecastResult>((resolve, reject) => {
    waiting = { resolve, reject };
  });
  return { promise, ...waiting };
}

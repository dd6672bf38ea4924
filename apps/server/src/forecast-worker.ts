import { parentPort } from 'node:worker_threads';
import { createForecaster } from '@jaegis/analytics';
import type { ForecastJob } from './forecast-thread.ts';

/** The worker thread's side of forecast-thread.ts: one answer a job, in order. */
const forecaster = createForecaster();
parentPort?.on('message', ({ id, history, options }: ForecastJob) => {
  parentPort?.postMessage({ id, result: forecaster.forecast(history, options) });
});

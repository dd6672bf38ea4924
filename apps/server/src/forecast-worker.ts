import { parentPort } from 'node:worker_threads';
import { createForecaster } from '@jaegis/analytics';
import type { ForecastJob, NetworkNews } from './forecast-thread.ts';

/** The worker thread's side of forecast-thread.ts: one answer a job, in order; a network is for the jobs after it. */
let forecaster = createForecaster();
parentPort?.on('message', (message: ForecastJob | NetworkNews) => {
  if ('network' in message) {
    forecaster = createForecaster({ network: message.network });
    return;
  }
  const { id, history, options } = message;
  parentPort?.postMessage({ id, result: forecaster.forecast(history, options) });
});

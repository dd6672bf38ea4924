import { parentPort, workerData } from 'node:worker_threads';
import { runWhatIf } from '@jaegis/scaling';
import type { BacktestMessage } from './backtest-runner.ts';
import type { WhatIfJob } from './what-if-job.ts';

/** The worker thread's side of backtest-runner.ts: one job, and the thread ends. */
const { load, from, cases } = workerData as WhatIfJob;
const tell = (message: BacktestMessage): void => parentPort?.postMessage(message);
tell({ outcomes: runWhatIf(load, { from, cases, onProgress: (progress) => tell({ progress }) }) });

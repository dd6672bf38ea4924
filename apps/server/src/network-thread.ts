import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { NetworkTrainer, TrainedNetwork } from './core/network-trainer.ts';

/** Trains in a thread that lives for one training; `undefined` where its file is not built (tests run from sources). */
export function startNetworkThread(): (NetworkTrainer & { close(): Promise<void> }) | undefined {
  const file = new URL('./network-worker.js', import.meta.url);
  if (!existsSync(fileURLToPath(file))) return undefined;
  let worker: Worker | undefined;
  return {
    train(job) {
      const started = new Worker(file);
      worker = started;
      started.unref();
      started.postMessage(job);
      return new Promise<TrainedNetwork>((resolve, reject) => {
        started.once('message', (trained: TrainedNetwork) => {
          resolve(trained);
          void started.terminate();
        });
        started.once('error', reject);
        started.once('exit', (code) => reject(new Error(`the training thread ended with code ${code}`)));
      });
    },
    async close() {
      await worker?.terminate();
    },
  };
}

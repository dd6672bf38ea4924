import { parentPort } from 'node:worker_threads';
import { NetworkTraining } from '@jaegis/analytics';
import type { NetworkJob, TrainedNetwork } from './core/network-trainer.ts';

/**
 * The worker thread's side of network-thread.ts: one training, then the thread's life is over. It works a tenth of the time,
 * so that it takes what nobody else wants.
 */
const sliceRounds = 5;
const restPerWork = 9;

parentPort?.once('message', ({ series, rounds, goesOn }: NetworkJob) => {
  const training = new NetworkTraining(series, { rounds, goesOn });
  let busyMs = 0;
  const slice = (): void => {
    const startedAt = performance.now();
    training.train(sliceRounds);
    const took = performance.now() - startedAt;
    busyMs += took;
    if (!training.isDone) {
      setTimeout(slice, restPerWork * took);
      return;
    }
    const { network, loss, firstLoss } = training;
    const trained: TrainedNetwork = { network, loss, firstLoss, series: training.series, busyMs };
    parentPort?.postMessage(trained);
  };
  slice();
});

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { type ReplayedPart, type ReplayJob, type ReplayThreads, replayPart } from '@jaegis/tsdb';
import { directoryAt } from './open-directory.ts';

interface ThreadData {
  readonly path: string;
  readonly job: ReplayJob;
}

/** More would only wait for the disk and for memory. */
const mostThreads = 4;
/** A fraction of a second of reading. */
const leastBytes = 8 * 2 ** 20;

/**
 * Threads that read a long log of the folder side by side, each for one job. `file` is the built worker, which calls
 * `replayInThread`; `undefined` where it is not built: then the log is read in this thread.
 */
export function replayThreads(file: URL, path: string): ReplayThreads | undefined {
  if (!existsSync(fileURLToPath(file))) return undefined;
  return {
    count: Math.min(mostThreads, availableParallelism()),
    leastBytes,
    run: (job) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(file, { workerData: { path, job } satisfies ThreadData });
        worker.once('message', (part: ReplayedPart) => resolve(part));
        worker.once('error', reject);
        worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code}`)));
      }),
  };
}

/** The worker's side: reads its stretch, hands it over and ends. */
export async function replayInThread(): Promise<void> {
  const { path, job } = workerData as ThreadData;
  const part = await replayPart(directoryAt(path), job);
  parentPort?.postMessage(
    part,
    part.records.map(({ buffer }) => buffer),
  );
}

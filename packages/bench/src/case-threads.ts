import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { KeptResults } from './kept-results.ts';

// Cases of a long suite over all cores, kept as they are done: a suite that was interrupted goes on where it was, unless its
// program has changed since (the hash of the bundle is part of a result's key). The bundle is its own worker.

/** In a worker thread: does one case after the other. In the main thread: nothing. */
export function serveCases<C, R>(run: (each: C) => R | Promise<R>): void {
  if (isMainThread || parentPort === null) return;
  const port = parentPort;
  port.on('message', async (each: C) => port.postMessage(await run(each)));
}

/** All results in the order of the cases. `moduleUrl`: of the bundle; `told` is called with each as it is there. */
export async function runCases<C, R>(
  cases: readonly C[],
  o: { moduleUrl: string; told: (each: C, result: R) => void },
): Promise<R[]> {
  const file = fileURLToPath(o.moduleUrl);
  const kept = new KeptResults<R>(file, file);
  const keyOf = (each: C): string => JSON.stringify(each);
  const left = cases.filter((each) => kept.get(keyOf(each)) === undefined);
  const next = async (): Promise<void> => {
    const worker = new Worker(file);
    try {
      for (let each = left.shift(); each !== undefined; each = left.shift()) {
        const result = await answer<C, R>(worker, each);
        kept.set(keyOf(each), result);
        o.told(each, result);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(left.length, cpus().length) }, next));
  return cases.map((each) => kept.get(keyOf(each))!);
}

function answer<C, R>(worker: Worker, each: C): Promise<R> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`Cannot run case: its thread ended with code ${code}`)));
    worker.postMessage(each);
  });
}

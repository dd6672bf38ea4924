/** Queries on a data folder whose server is not running. */
import { resolve } from 'node:path';
import type { ServerOptions } from '@jaegis/model';
import type { PreparedQuery, QueryAnswer } from '@jaegis/promql';
import type { Log } from '../core/log.ts';
import { lockDataDir } from '../data-lock.ts';
import { openStorage } from '../storage.ts';
import { systemClock } from '../system-clock.ts';
import { QueryRunner } from './query-runner.ts';

const timeoutMs = 600_000;

/** Opens the folder, answers, and closes it again. Throws an Error with one clear line when another process has it. */
export async function queryDataDir(
  at: { options: ServerOptions; log: Log },
  query: Pick<PreparedQuery, 'expr' | 'steps'>,
): Promise<QueryAnswer> {
  const dataDir = resolve(at.options.data_dir);
  const unlock = await lockDataDir(dataDir);
  try {
    const storage = await openStorage({ ...at, dataDir, now: systemClock.now() });
    try {
      const stopwatch = () => performance.now();
      const runner = new QueryRunner({ store: storage.store, stopwatch, maxSamples: at.options.query_max_samples });
      const options = { timeoutMs, signal: new AbortController().signal };
      return (await runner.run({ ...query, options: {} }, options)).answer;
    } finally {
      await storage.close();
    }
  } finally {
    await unlock();
  }
}

/** The built thread reads a long log on real files: the store is the same as when the log is read in one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MetricsStore, type ReplayThreads } from '@jaegis/tsdb';
import { expect, test } from 'vitest';
import { openDirectory } from '../src/files/open-directory.ts';
import { replayThreads } from '../src/files/replay-threads.ts';

const t0 = 1_700_000_000_000;
const series = 2_000;
const worker = pathToFileURL(resolve('apps/cli/dist/replay-worker.js'));

test('a log of 16 MiB is read by threads, and everything is there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jaegis-log-'));
  const open = async (threads?: ReplayThreads) =>
    MetricsStore.open({
      directory: await openDirectory(folder),
      replayThreads: threads,
      now: t0,
      seriesLimit: series,
      seriesLimitPerGroup: series,
      retentionMs: 1e12,
      blockRangeMs: 1e12,
      segmentBytes: 4 * 2 ** 20,
      checkpointBytes: 1e12,
    });
  try {
    const store = await open();
    const refs = Uint32Array.from(
      { length: series },
      (_, i) => store.resolve({ __name__: 'm', i: `${i}` }, t0) as number,
    );
    let rounds = 0;
    for (; store.stats().bytesOnDisk < 17 * 2 ** 20; rounds++) {
      const at = t0 + rounds * 1_000;
      const values = Float64Array.from({ length: series }, (_, i) => Math.sin(rounds * i) * 1e3);
      await store.append({ refs, timestamps: new Float64Array(series).fill(at), values, length: series }, at);
    }
    await store.close();

    const threads = replayThreads(worker, folder)!;
    const parts: number[] = [];
    const again = await open({
      ...threads,
      count: 2,
      run: async (job) => {
        const part = await threads.run(job);
        parts.push(part.samples);
        return part;
      },
    });
    expect(parts).toHaveLength(2);
    expect(again.stats()).toMatchObject({ series, samples: series * rounds });
    expect(again.stats().replay).toMatchObject({ samples: series * rounds, damaged: 0, orphans: 0 });
    const one = again.select([{ name: 'i', op: '=', value: '7' }], t0, t0 + rounds * 1_000);
    expect(one[0]!.values).toEqual(Float64Array.from({ length: rounds }, (_, round) => Math.sin(round * 7) * 1e3));
    await again.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

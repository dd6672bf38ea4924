/** The process that crash.e2e.test.ts kills: appends without end, and says so when a batch is acknowledged. */
import { pathToFileURL } from 'node:url';
import { MetricsStore } from '@jaegis/tsdb';
import { blockThread } from '../src/files/block-thread.ts';
import { openDirectory } from '../src/files/open-directory.ts';
import { zlibCompression } from '../src/files/zlib-compression.ts';

export const seriesCount = 40;
export const t0 = 1_700_000_000_000;

/** What series `i` has at `round`. */
export function valueAt(i: number, round: number): number {
  return i % 3 === 0 ? round : i % 3 === 1 ? Math.round(Math.sin(round) * 1_000) / 1_000 : Math.sqrt(round + i);
}

/** `worker`: the thread that writes blocks; left out, they are written in this one. */
export async function openStore(folder: string, worker?: string): Promise<MetricsStore> {
  return MetricsStore.open({
    blockThread: worker === undefined ? undefined : blockThread(pathToFileURL(worker), folder),
    directory: await openDirectory(folder),
    now: t0,
    seriesLimit: 1_000,
    seriesLimitPerGroup: 1_000,
    retentionMs: 1e12,
    segmentBytes: 20_000,
    checkpointBytes: 60_000,
    // A round is a millisecond: the head is cut, and blocks are merged and rolled up, many times in a second.
    blockRangeMs: 200,
    outOfOrderWindowMs: 100,
    rollups: [
      { widthMs: 100, retentionMs: 1e12 },
      { widthMs: 2_000, retentionMs: 1e12 },
    ],
    compression: zlibCompression,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  });
}

async function write(folder: string, from: number, worker?: string): Promise<void> {
  const store = await openStore(folder, worker);
  let now = t0 + from;
  const maintenance = setInterval(() => {
    void store.maintain(now);
    void store.tidy(now);
  }, 10);
  const refs = Uint32Array.from(
    { length: seriesCount },
    (_, i) => store.resolve({ __name__: 'm', i: String(i) }, t0) as number,
  );
  for (let round = from; round < from + 100_000; round += 4) {
    // Four at once, as from four connections.
    await Promise.all([0, 1, 2, 3].map((k) => appendRound(store, refs, round + k)));
    now = t0 + round;
  }
  clearInterval(maintenance);
}

async function appendRound(store: MetricsStore, refs: Uint32Array, round: number): Promise<void> {
  const timestamps = new Float64Array(seriesCount).fill(t0 + round);
  const values = Float64Array.from({ length: seriesCount }, (_, i) => valueAt(i, round));
  const { accepted } = await store.append({ refs, timestamps, values, length: seriesCount }, t0 + round);
  if (accepted === seriesCount) process.stdout.write(`${round}\n`);
}

const [, , folder, from, worker] = process.argv;
if (process.env['JAEGIS_CRASH_WRITER'] === '1') await write(folder!, Number(from), worker);

/** Blocks written elsewhere: messages are plain, and a thread that is lost at any step costs nothing but its work. */
import { type Rng, seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { type MemoryDirectory, memoryDirectory } from '../memory-directory.ts';
import { MetricsStore } from '../metrics-store.ts';
import type { MetricsStoreOptions } from '../store-options.ts';
import { type BlockThread, BlockThreadLostError, BlockWorkshop } from './block-work.ts';

const minute = 60_000;
const t0 = 1_700_006_400_000;

/** A thread as the store sees it: everything is copied on its way, and any step may be the last, done or not. */
function frailThread(directory: MemoryDirectory, rng: Rng, of: { lossChance: number }): BlockThread {
  const begin = () => new BlockWorkshop({ directory, pause: async () => {} });
  let workshop = begin();
  const step = async <In, Out>(argument: In, run: (argument: In) => Promise<Out>): Promise<Out> => {
    const lost = rng.chance(of.lossChance);
    const isDone = !lost || rng.chance(0.5);
    const result = isDone ? structuredClone(await run(structuredClone(argument))) : undefined;
    if (lost) {
      workshop = begin();
      throw new BlockThreadLostError('The thread that writes blocks ended with code 7');
    }
    return result as Out;
  };
  return {
    beginCut: (job) => step(job, (each) => workshop.beginCut(each)),
    addToCut: (piece) => step(piece, (each) => workshop.addToCut(each)),
    finishCut: () => step(undefined, () => workshop.finishCut()),
    merge: (job) => step(job, (each) => workshop.merge(each)),
    rest: () => {},
  };
}

async function life(seed: number, options: (directory: MemoryDirectory) => Partial<MetricsStoreOptions>) {
  const rng = seededRng(seed);
  const directory = memoryDirectory();
  const store = await MetricsStore.open({
    directory,
    now: t0,
    seriesLimit: 10_000,
    seriesLimitPerGroup: 10_000,
    retentionMs: 1e12,
    blockRangeMs: 20 * minute,
    outOfOrderWindowMs: 5 * minute,
    rollups: [{ widthMs: minute, retentionMs: 1e12 }],
    ...options(directory),
  });
  for (let i = 0; i < 250; i++) {
    const now = t0 + i * minute;
    const refs = Uint32Array.from({ length: 30 }, (_, s) => {
      const known = store.resolve({ __name__: s % 3 === 0 ? 'a' : 'b', s: `${s}`, run: `${Math.floor(i / 90)}` }, now);
      return known as number;
    });
    // Some late, some on time, in chunks that reach over the ends of blocks.
    const timestamps = Float64Array.from(refs, () => now - (rng.chance(0.1) ? rng.int(0, 4 * minute) : 0));
    const values = Float64Array.from(refs, () => rng.int(0, 100));
    const underWay = rng.chance(0.05) ? store.tidy(now) : undefined;
    await store.append({ refs, timestamps, values, length: refs.length }, now);
    if (i === 120) await store.deleteSeries({ matchers: [{ name: 's', op: '=', value: '4' }], from: t0, to: now });
    await underWay;
  }
  for (let i = 0; i < 30; i++) await store.tidy(t0 + 350 * minute);
  return { store, directory };
}

function dump(store: MetricsStore): unknown {
  const all = store.select([], Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const series = all.map(({ labels, timestamps, values }): [string, string] => [
    JSON.stringify(Object.entries(labels).sort()),
    `${timestamps} ${values}`,
  ]);
  return new Map(series.sort());
}

describe('blocks written by another thread', () => {
  test.each([1, 2, 3])('a frail thread leaves the same as no thread (seed %i)', async (seed) => {
    const alone = await life(seed, () => ({}));
    const told: string[] = [];
    const { store, directory } = await life(seed, (folder) => ({
      blockThread: frailThread(folder, seededRng(seed + 100), { lossChance: 0.1 }),
      onDamage: (message) => told.push(message),
    }));
    expect(dump(store)).toEqual(dump(alone.store));
    expect(store.stats().samples).toBe(alone.store.stats().samples);
    expect(store.stats().blocks.lostThreads).toBeGreaterThan(0);
    expect(told.every((message) => message.includes('its work is done again'))).toBe(true);
    const files = (await directory.list()).filter((name) => name.startsWith('block-'));
    expect(files).toHaveLength(store.stats().blocks.count);
    await store.close();
  });

  test('a thread that is always lost is told; the head keeps everything until one works', async () => {
    const loss = { lossChance: 1 };
    const { store } = await life(4, (folder) => ({ blockThread: frailThread(folder, seededRng(9), loss) }));
    expect(store.stats()).toMatchObject({
      storageError: 'Cannot write a block: The thread that writes blocks ended with code 7',
      blocks: { count: 0, cuts: 0 },
    });
    const before = dump(store);
    loss.lossChance = 0;
    await store.tidy(t0 + 350 * minute);
    expect(store.stats().storageError).toBe('');
    expect(store.stats().blocks.cuts).toBeGreaterThan(0);
    expect(dump(store)).toEqual(before);
    await store.close();
  });
});

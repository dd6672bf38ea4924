/**
 * Random lives of a store from a seed: appends in and out of order, failing and full disks, checkpoints, blocks cut,
 * merged and rolled up, crashes at any moment. After each start exactly what was acknowledged must be there. A failure names its seed.
 */
import { type Rng, seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { type MemoryDirectory, memoryDirectory } from './memory-directory.ts';
import { MetricsStore } from './metrics-store.ts';
import { type ReplayedPart, type ReplayJob, type ReplayThreads, replayPart } from './wal/replay-part.ts';

const t0 = 1_700_000_000_000;
type Model = Map<string, Map<number, number>>;

const readings = ['in one', 'in parts', 'in parts, of which some fail'] as const;
type Reading = (typeof readings)[number];

/** Parts as threads would read them, one after the other. */
function partsFor(directory: MemoryDirectory, reading: Reading): ReplayThreads | undefined {
  if (reading === 'in one') return undefined;
  let jobs = 0;
  const run = (job: ReplayJob): Promise<ReplayedPart> =>
    reading !== 'in parts' && jobs++ % 2 === 0 ? Promise.reject(new Error('no memory')) : replayPart(directory, job);
  return { count: 3, leastBytes: 500, run };
}

function open(directory: MemoryDirectory, reading: Reading = 'in one'): Promise<MetricsStore> {
  return MetricsStore.open({
    directory,
    replayThreads: partsFor(directory, reading),
    now: t0,
    seriesLimit: 100,
    seriesLimitPerGroup: 100,
    retentionMs: 1e12,
    // Small, so that segments and checkpoints come and go many times in one life.
    segmentBytes: 2_000,
    checkpointBytes: 6_000,
    // So are blocks: late samples come at most 200 s late.
    blockRangeMs: 60_000,
    outOfOrderWindowMs: 250_000,
    rollups: [{ widthMs: 60_000, retentionMs: 1e12 }],
  });
}

function samplesOf(store: MetricsStore): Model {
  const model: Model = new Map();
  for (const { labels, timestamps, values } of store.select([], -Infinity, Infinity)) {
    for (let i = 1; i < timestamps.length; i++) expect(timestamps[i]!).toBeGreaterThan(timestamps[i - 1]!);
    model.set(labels['i']!, new Map([...timestamps].map((time, i) => [time, values[i]!])));
  }
  return model;
}

function add(model: Model, name: string, sample: { time: number; value: number }): void {
  const samples = model.get(name) ?? new Map<number, number>();
  samples.set(sample.time, sample.value);
  model.set(name, samples);
}

async function append(
  store: MetricsStore,
  samples: readonly { name: string; time: number; value: number }[],
  now = t0 + 1e9,
): Promise<number> {
  const refs = samples.map(({ name }) => store.resolve({ __name__: 'm', i: name }, t0) as number);
  const { accepted } = await store.append(
    {
      refs: Uint32Array.from(refs),
      timestamps: Float64Array.from(samples, (s) => s.time),
      values: Float64Array.from(samples, (s) => s.value),
      length: samples.length,
    },
    now,
  );
  return accepted;
}

function value(rng: Rng): number {
  return rng.pick([
    () => rng.int(0, 5),
    () => rng.int(-1e6, 1e6) / 1_000,
    () => rng.normal() * 10 ** rng.int(-10, 10),
    () => 7,
  ])();
}

async function life(seed: number, reading: Reading): Promise<void> {
  const rng = seededRng(seed);
  let directory = memoryDirectory(rng);
  let store = await open(directory, reading);
  const model: Model = new Map();
  let clock = t0;
  for (let step = 0; step < 150; step++) {
    const what = rng.next();
    if (what < 0.6) {
      clock += rng.int(1, 20_000);
      const names = [...new Set(Array.from({ length: rng.int(1, 12) }, () => String(rng.int(0, 15))))];
      const samples = names.map((name) => ({ name, time: clock, value: value(rng) }));
      const accepted = await append(store, samples);
      expect([0, samples.length]).toContain(accepted);
      if (accepted > 0) for (const sample of samples) add(model, sample.name, sample);
    } else if (what < 0.8) {
      // Late, early or a second time: alone, so that its fate is known.
      const name = String(rng.int(0, 15));
      const sample = { name, time: clock - rng.int(0, 200_000), value: value(rng) };
      const known = model.get(name)?.get(sample.time);
      const accepted = await append(store, [sample]);
      if (known !== undefined) expect(accepted === 0 || known === sample.value).toBe(true);
      else if (accepted === 1) add(model, name, sample);
      else expect(store.stats().storageError).not.toBe('');
    } else if (what < 0.86) {
      directory.faults.tornAppends = rng.chance(0.5) ? 0.3 : 0;
      directory.faults.roomBytes = rng.chance(0.2) ? rng.int(0, 500) : Number.POSITIVE_INFINITY;
      directory.faults.failSync = rng.chance(0.1);
    } else if (what < 0.92) {
      await store.maintain(clock);
      if (rng.chance(0.5)) await store.tidy(clock);
    } else {
      if (rng.chance(0.7)) void (rng.chance(0.5) ? store.checkpoint() : store.tidy(clock));
      // The crash comes somewhere in the middle of the checkpoint or of the block.
      for (let turn = rng.int(0, 200); turn > 0; turn--) await Promise.resolve();
      directory = directory.crash();
      store = await open(directory, reading);
      expect(samplesOf(store)).toEqual(model);
    }
  }
  expect(samplesOf(store)).toEqual(model);
  await store.close();
}

test('series that went and came, in one segment and over several, are the same in parts', async () => {
  const directory = memoryDirectory();
  const start = await MetricsStore.open({
    directory,
    now: t0,
    seriesLimit: 100,
    seriesLimitPerGroup: 100,
    retentionMs: 20_000,
    segmentBytes: 1_500,
    checkpointBytes: 1e9,
    outOfOrderWindowMs: 5_000,
  });
  for (let round = 0; round < 200; round++) {
    const now = t0 + round * 1_000;
    const names = Array.from({ length: 6 }, (_, i) => String(Math.floor(round / (7 + 3 * i)) * 10 + i));
    await append(
      start,
      names.map((name) => ({ name, time: now, value: round })),
      now,
    );
    await start.maintain(now);
  }
  expect(start.stats().droppedSeries).toBeGreaterThan(20);
  const direct = await open(directory.crash());
  expect(samplesOf(direct).size).toBeGreaterThan(6);
  for (const reading of readings) {
    const again = await open(directory.crash(), reading);
    expect(samplesOf(again)).toEqual(samplesOf(direct));
    expect(again.stats().replay).toEqual({ ...direct.stats().replay, tookMs: 0 });
    // Their refs are as good as before.
    expect(await append(again, [{ name: '5', time: t0 + 1e6, value: 1 }])).toBe(1);
  }
});

describe('a store lives through anything', () => {
  test.each(Array.from({ length: 40 }, (_, i) => i + 1))('seed %d', (seed) =>
    life(seed, readings[seed % readings.length]!),
  );
});

describe.each(readings)('damage, the log read %s', (reading) => {
  async function written(): Promise<{ directory: MemoryDirectory; model: Model }> {
    const directory = memoryDirectory();
    const store = await open(directory);
    for (let round = 0; round < 60; round++) {
      await append(
        store,
        Array.from({ length: 5 }, (_, i) => ({ name: String(i), time: t0 + round * 1_000, value: round + i / 10 })),
      );
      if (round === 30) await store.checkpoint();
    }
    return { directory, model: samplesOf(store) };
  }

  /** Every sample that is there must be one that was written. */
  function countLost(store: MetricsStore, model: Model): number {
    let lost = 0;
    const found = samplesOf(store);
    for (const [name, samples] of found)
      for (const [time, each] of samples) expect(model.get(name)?.get(time)).toBe(each);
    for (const [name, samples] of model) lost += samples.size - (found.get(name)?.size ?? 0);
    return lost;
  }

  test('a flipped bit costs one record, is reported, and never stops the start', async () => {
    const { directory, model } = await written();
    const rng = seededRng(7);
    const names = await directory.list();
    for (let round = 0; round < 100; round++) {
      const damaged = directory.crash();
      const name = rng.pick(names);
      damaged.flipBit(name, rng.int(0, (await damaged.size(name)) * 8 - 1));
      const store = await open(damaged, reading);
      const lost = countLost(store, model);
      expect(store.stats().replay.damaged).toBe(1);
      expect(store.stats().replay.damages[0]).toContain(name);
      // One batch, unless the record held the series themselves or the checkpoint's chunks.
      if (name.startsWith('wal-')) expect(lost).toBeLessThanOrEqual(5);
      await append(store, [{ name: 'after', time: t0, value: 1 }]);
    }
  });

  test('a file cut anywhere costs what was cut', async () => {
    const { directory, model } = await written();
    const rng = seededRng(8);
    const names = (await directory.list()).sort();
    for (let round = 0; round < 100; round++) {
      const damaged = directory.crash();
      const name = names.at(-1)!;
      damaged.cut(name, rng.int(0, await damaged.size(name)));
      countLost(await open(damaged, reading), model);
    }
  });

  test('a folder that cannot be read is an empty store that says so', async () => {
    const { directory } = await written();
    const damaged = directory.crash();
    damaged.faults.failRead = true;
    const store = await open(damaged, reading);
    expect(store.stats().replay.damaged).toBeGreaterThan(0);
    expect(store.stats().replay.damages[0]).toContain('EIO');
  });

  test('after loss of power all is there that was synced', async () => {
    const directory = memoryDirectory(seededRng(3));
    const store = await open(directory);
    await append(store, [{ name: 'a', time: t0, value: 1 }]);
    await store.maintain(t0);
    await append(store, [{ name: 'a', time: t0 + 1, value: 2 }]);
    for (let round = 0; round < 20; round++) {
      const again = samplesOf(await open(directory.powerLoss(), reading));
      expect(again.get('a')!.get(t0)).toBe(1);
    }
  });
});

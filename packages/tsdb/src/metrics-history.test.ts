/** A store with a past: what has gone from the head to blocks, and from there to rollups, is answered as if it had not. */
import type { Labels, Matcher } from '@jaegis/model';
import { staleMarker } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { type MemoryDirectory, memoryDirectory } from './memory-directory.ts';
import { MetricsStore } from './metrics-store.ts';
import type { MetricsStoreOptions } from './store-options.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Midnight UTC. */
const t0 = 1_700_006_400_000;

function open(directory: MemoryDirectory, options: Partial<MetricsStoreOptions> = {}): Promise<MetricsStore> {
  return MetricsStore.open({
    directory,
    now: t0,
    seriesLimit: 10_000,
    seriesLimitPerGroup: 10_000,
    retentionMs: 15 * day,
    rollups: [
      { widthMs: minute, retentionMs: 90 * day },
      { widthMs: hour, retentionMs: 400 * day },
    ],
    ...options,
  });
}

type Series = { labels: Labels; valueAt: (i: number) => number };

/** Appends samples i = from..to of each series, `stepMs` apart. */
async function fill(
  store: MetricsStore,
  series: readonly Series[],
  of: { from: number; to: number; stepMs: number },
): Promise<void> {
  const refs = series.map(({ labels }) => store.resolve(labels, t0) as number);
  const length = series.length * (of.to - of.from);
  const batch = {
    refs: new Uint32Array(length),
    timestamps: new Float64Array(length),
    values: new Float64Array(length),
    length,
  };
  let at = 0;
  for (let i = of.from; i < of.to; i++) {
    for (const [s, { valueAt }] of series.entries()) {
      batch.refs[at] = refs[s]!;
      batch.timestamps[at] = t0 + i * of.stepMs;
      batch.values[at++] = valueAt(i);
    }
  }
  const { accepted } = await store.append(batch, t0 + of.to * of.stepMs);
  expect(accepted).toBe(length);
}

function eq(name: string, value: string): Matcher {
  return { name, op: '=', value };
}

function dump(store: MetricsStore, matchers: Matcher[] = [], from = -Infinity, to = Infinity): Map<string, number[]> {
  const result = new Map<string, number[]>();
  for (const { labels, timestamps, values } of store.select(matchers, from, to)) {
    const samples: number[] = [];
    for (let i = 0; i < timestamps.length; i++) samples.push(timestamps[i]!, values[i]!);
    result.set(JSON.stringify(Object.entries(labels).sort()), samples);
  }
  return new Map([...result].sort());
}

const fleet: Series[] = Array.from({ length: 12 }, (_, s) => ({
  labels: { __name__: s % 2 === 0 ? 'requests_total' : 'load', agent: `a${s >> 1}`, pool: s < 6 ? 'x' : 'y' },
  valueAt: (i) => (s % 2 === 0 ? i * (s + 1) : Math.round(Math.sin(i / 9 + s) * 1_000) / 1_000),
}));

describe('blocks', () => {
  test('what is cut from the head is answered as before, also after a crash', async () => {
    const directory = memoryDirectory();
    const store = await open(directory);
    const plain = await open(memoryDirectory());
    for (let part = 0; part < 10; part++) {
      const range = { from: part * 180, to: (part + 1) * 180, stepMs: 20_000 };
      await fill(store, fleet, range);
      await fill(plain, fleet, range);
      await store.tidy(t0 + range.to * range.stepMs);
      expect(JSON.stringify([...dump(store)]) === JSON.stringify([...dump(plain)])).toBe(true);
    }
    expect(store.stats().blocks.count).toBeGreaterThan(0);
    expect(store.stats().samples).toBe(plain.stats().samples);
    expect(store.stats().chunkBytes).toBeLessThan(plain.stats().chunkBytes / 2);
    const again = await open(directory.crash(), { now: t0 + 10 * hour });
    expect(dump(again)).toEqual(dump(plain));
    for (const [from, to] of [
      [t0 + hour, t0 + hour],
      [t0 + 3 * hour - 1, t0 + 5 * hour + 7],
      [t0 + 9 * hour, t0 + 20 * hour],
    ] as const)
      expect(dump(again, [], from, to)).toEqual(dump(plain, [], from, to));
    for (const matchers of [
      [eq('pool', 'x')],
      [eq('__name__', 'load'), { name: 'agent', op: '!=' as const, value: 'a1' }],
      [{ name: 'agent', op: '=~' as const, value: 'a[0-2]' }],
      [{ name: 'missing', op: '=' as const, value: '' }, eq('agent', 'a3')],
      [eq('pool', 'nowhere')],
      [{ name: 'pool', op: '!~' as const, value: 'x|z' }],
    ])
      expect(dump(again, matchers)).toEqual(dump(plain, matchers));
  });

  test('labels are found in blocks when the head has forgotten the series', async () => {
    const store = await open(memoryDirectory());
    await fill(store, fleet, { from: 0, to: 100, stepMs: 20_000 });
    const later = t0 + 5 * hour;
    await fill(store, [{ labels: { __name__: 'young', zone: 'n' }, valueAt: () => 1 }], {
      from: 900,
      to: 901,
      stepMs: 20_000,
    });
    await store.tidy(later);
    for (let i = 0; i < 3; i++) await store.maintain(later);
    expect(store.stats()).toMatchObject({ series: 1, droppedSeries: 12 });
    expect(store.labelNames()).toEqual(['__name__', 'agent', 'pool', 'zone']);
    expect(store.labelNames([eq('__name__', 'young')])).toEqual(['__name__', 'zone']);
    expect(store.labelValues('__name__')).toEqual(['load', 'requests_total', 'young']);
    expect(store.labelValues('agent', [eq('pool', 'y')])).toEqual(['a3', 'a4', 'a5']);
    expect(store.series([eq('agent', 'a1')])).toHaveLength(2);
    expect(store.series([eq('agent', 'a1')], t0 + 3 * hour, later)).toHaveLength(0);
    expect(store.select([eq('agent', 'a1')], t0, later)[0]!.ref).toBe(0);
    // The series comes back and is one with its past.
    await fill(store, fleet, { from: 900, to: 905, stepMs: 20_000 });
    expect(store.select([eq('agent', 'a1')], t0, later + hour).map(({ values }) => values.length)).toEqual([105, 105]);
  });

  test('blocks can be asked before the log is read, and the log is read in turns with others', async () => {
    const directory = memoryDirectory();
    const store = await open(directory);
    await fill(store, fleet, { from: 0, to: 900, stepMs: 20_000 });
    await store.tidy(t0 + 5 * hour);
    await fill(store, fleet, { from: 900, to: 1_700, stepMs: 20_000 });
    const whole = dump(store);
    const asked: number[] = [];
    let turns = 0;
    const again = await open(directory.crash(), {
      now: t0 + 10 * hour,
      onHistory: (history) => {
        expect(history.labelValues('pool')).toEqual(['x', 'y']);
        asked.push(...history.select([eq('agent', 'a1')], t0, t0 + 10 * hour).map(({ values }) => values.length));
      },
      pause: async () => void turns++,
    });
    expect(asked).toEqual([720, 720]);
    expect(turns).toBeGreaterThan(0);
    expect(dump(again)).toEqual(whole);
  });

  test('blocks are merged to days', async () => {
    const store = await open(memoryDirectory(), { rollups: [] });
    for (let hours = 0; hours < 50; hours += 2) {
      await fill(store, fleet, { from: hours * 60, to: (hours + 2) * 60, stepMs: minute });
      await store.tidy(t0 + (hours + 2) * hour);
    }
    const { blocks } = store.stats();
    // Two days, a six-hour block at most three times, and a few of two hours.
    expect(blocks.count).toBeLessThanOrEqual(7);
    expect(blocks.merges).toBeGreaterThan(5);
    expect(
      dump(store, [eq('agent', 'a2')])
        .values()
        .next().value,
    ).toHaveLength(2 * 50 * 60);
  });

  test('rollups of days are merged in the same run that makes them', async () => {
    const directory = memoryDirectory();
    const store = await open(directory, { retentionMs: 100 * day });
    await fill(store, fleet.slice(0, 1), { from: 0, to: 18 * 24, stepMs: hour });
    await store.tidy(t0 + 18 * day + hour);
    const names = await directory.list();
    const blocksOf = (tierMs: number) => names.filter((name) => name.startsWith(`block-${tierMs}-`)).length;
    expect(blocksOf(0)).toBe(18);
    expect(blocksOf(minute)).toBeLessThan(9);
    expect(blocksOf(hour)).toBeLessThan(12);
    await store.close();
  });

  test('a late sample finds its place though its hour is in a block', async () => {
    const store = await open(memoryDirectory());
    await fill(store, fleet.slice(0, 1), { from: 0, to: 180, stepMs: minute });
    await store.tidy(t0 + 3 * hour);
    const other = { labels: { __name__: 'late' }, valueAt: (i: number) => i };
    await fill(store, [other], { from: 0, to: 180, stepMs: minute });
    await store.tidy(t0 + 3 * hour);
    await store.tidy(t0 + 9 * hour);
    expect(store.select([eq('__name__', 'late')], t0, t0 + 3 * hour)[0]!.values).toHaveLength(180);
    expect(store.select([eq('__name__', 'requests_total')], t0, t0 + 3 * hour)[0]!.values).toHaveLength(180);
  });

  test('one moment without a window gets the newest sample, wherever it is', async () => {
    const store = await open(memoryDirectory());
    await fill(store, fleet.slice(0, 1), { from: 0, to: 400, stepMs: minute });
    const newest = (at: number) => {
      const hints = { func: '', rangeMs: 0, stepMs: 0 };
      const [found] = store.select([], at - 5 * minute + 1, at, { hints });
      return found === undefined ? undefined : [found.timestamps.at(-1)! - t0, found.values.at(-1)];
    };
    for (const isCut of [false, true]) {
      if (isCut) await store.tidy(t0 + 400 * minute);
      for (const i of [0, 1, 130, 250, 398, 399]) {
        expect(newest(t0 + i * minute)).toEqual([i * minute, i]);
        expect(newest(t0 + i * minute + 59_999)).toEqual([i * minute, i]);
      }
      expect(newest(t0 + 403 * minute)).toEqual([399 * minute, 399]);
      expect(newest(t0 + 404 * minute)).toBeUndefined();
    }
    await store.deleteSeries({ matchers: [], from: t0 + 398 * minute, to: Infinity });
    expect(newest(t0 + 399 * minute)).toEqual([397 * minute, 397]);
  });

  test('the limits of a question count what is in blocks', async () => {
    const store = await open(memoryDirectory());
    await fill(store, fleet, { from: 0, to: 180, stepMs: minute });
    await store.tidy(t0 + 6 * hour);
    expect(() => store.select([], t0, t0 + hour, { maxSamples: 100 })).toThrow('too many samples');
    expect(() => store.select([], t0, t0 + hour, { maxSeries: 5 })).toThrow('12 series');
  });
});

describe('rollups', () => {
  const step = 10_000;
  const perDay = day / step;
  /** A counter that restarts now and then, also twice within a minute. */
  const restarting = (() => {
    const rng = seededRng(9);
    let value = 0;
    return Float64Array.from({ length: 2 * perDay + 400 }, () =>
      rng.chance(0.01) ? (value = rng.int(0, 3)) : (value += rng.int(0, 9)),
    );
  })();
  const gauge = (i: number): number => Math.round((Math.sin(i / 500) + ((i * 7919) % 100) / 300) * 1_000) / 1_000;
  const series: Series[] = [
    { labels: { __name__: 'c' }, valueAt: (i) => restarting[i]! },
    { labels: { __name__: 'g' }, valueAt: gauge },
  ];

  async function twoDays(options: Partial<MetricsStoreOptions> = {}): Promise<MetricsStore> {
    const store = await open(memoryDirectory(), options);
    for (let part = 0; part < 4; part++) {
      await fill(store, series, { from: (part * perDay) / 2, to: ((part + 1) * perDay) / 2, stepMs: step });
      await store.tidy(t0 + ((part + 1) * day) / 2);
    }
    await store.tidy(t0 + 2 * day + hour);
    return store;
  }

  const asked = (func: string, rangeMs: number, stepMs = 0) => ({ hints: { func, rangeMs, stepMs } });
  const increaseOf = (values: Float64Array, to = values.length): number => {
    let sum = 0;
    for (let i = 1; i < to; i++) sum += values[i]! >= values[i - 1]! ? values[i]! - values[i - 1]! : values[i]!;
    return sum;
  };

  test('windows over hours are answered from minutes, windows over days from hours, exactly', async () => {
    const store = await twoDays();
    const until = t0 + 2 * day - 1;
    const raw = (name: string) => store.select([eq('__name__', name)], t0, until)[0]!;
    const get = (name: string, func: string, rangeMs: number) =>
      store.select([eq('__name__', name)], t0, until, asked(func, rangeMs))[0]!;
    for (const [rangeMs, buckets] of [
      [3 * hour, 2 * 1_440],
      [2 * day, 48],
    ] as const) {
      expect(get('g', 'max_over_time', rangeMs).values).toHaveLength(buckets);
      expect(Math.max(...get('g', 'max_over_time', rangeMs).values)).toBe(Math.max(...raw('g').values));
      expect(Math.min(...get('g', 'min_over_time', rangeMs).values)).toBe(Math.min(...raw('g').values));
      const sum = raw('g').values.reduce((a, b) => a + b, 0);
      expect(get('g', 'sum_over_time', rangeMs).values.reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 6);
      const mean = get('g', 'avg_over_time', rangeMs).values;
      expect(mean.reduce((a, b) => a + b, 0) / mean.length).toBeCloseTo(sum / raw('g').values.length, 6);
      expect(get('g', 'count_over_time', rangeMs).values).toHaveLength(raw('g').values.length);
      const { values } = get('c', 'increase', rangeMs);
      expect(values.length).toBeLessThan(buckets * 5);
      expect(increaseOf(values)).toBe(increaseOf(raw('c').values));
    }
  });

  test('what is not rolled up yet is rolled up on the fly, so that an answer is of one kind', async () => {
    const store = await twoDays();
    await fill(store, series, { from: 2 * perDay, to: 2 * perDay + 360, stepMs: step });
    const [found] = store.select([eq('__name__', 'g')], t0, t0 + 3 * day, asked('max_over_time', 2 * day));
    expect(found!.values).toHaveLength(49);
  });

  test('a fine step, a short window and functions of neighbours read raw samples', async () => {
    const store = await twoDays();
    const count = (limits: object) =>
      store.select([eq('__name__', 'g')], t0, t0 + 2 * day - 1, limits)[0]!.values.length;
    expect(count({})).toBe(2 * perDay);
    expect(count(asked('rate', 5 * minute, hour))).toBe(2 * perDay);
    expect(count(asked('max_over_time', 2 * day, 15_000))).toBe(2 * perDay);
    expect(count(asked('changes', 2 * day))).toBe(2 * perDay);
    expect(count(asked('sum', 0, minute))).toBe(2 * perDay);
    expect(count(asked('sum', 0, hour))).toBe(2 * 1_440);
    expect(count(asked('max_over_time', 2 * day, 10 * minute))).toBe(2 * 1_440);
  });

  test('raw samples go after their time, minutes after theirs; what is left answers', async () => {
    const store = await twoDays({
      retentionMs: day,
      rollups: [
        { widthMs: minute, retentionMs: 5 * day },
        { widthMs: hour, retentionMs: 400 * day },
      ],
    });
    const tiers = () => store.stats().blocks.tiers.map(({ oldestAt }) => oldestAt);
    await store.tidy(t0 + 2 * day + 2 * hour);
    expect(tiers()).toEqual([t0 + day, t0, t0]);
    const [c] = store.select([eq('__name__', 'c')], t0, t0 + 2 * day);
    expect(c!.values).toHaveLength(1_440 + perDay);
    await store.tidy(t0 + 8 * day);
    expect(tiers()).toEqual([null, null, t0]);
    const hours = store.select([eq('__name__', 'c')], t0, t0 + 2 * day, asked('increase', 2 * day))[0]!;
    expect(new Set(hours.timestamps.map((time) => Math.floor(time / hour))).size).toBe(48);
    expect(increaseOf(hours.values)).toBe(increaseOf(restarting.subarray(0, 2 * perDay)));
    // A selector without a window looks back five minutes: a wide bucket's value is held.
    const held = store.select([eq('__name__', 'c')], t0, t0 + 2 * day, asked('', 0, hour))[0]!;
    for (let i = 1; i < held.timestamps.length; i++)
      expect(held.timestamps[i]! - held.timestamps[i - 1]!).toBeLessThan(5 * minute);
    await store.tidy(t0 + 403 * day);
    expect(store.select([], -Infinity, Infinity)).toEqual([]);
    expect(store.stats().blocks.count).toBe(0);
  });

  test('more than the disk may hold goes, the oldest of the greatest tier first', async () => {
    const directory = memoryDirectory();
    const store = await open(directory, { maxBlockBytes: 12_000 });
    for (let part = 0; part < 6; part++) {
      await fill(store, series, { from: part * 2_000, to: (part + 1) * 2_000, stepMs: step });
      await store.tidy(t0 + (part + 1) * 2_000 * step + 3 * hour);
      expect(store.stats().blocks.bytes).toBeLessThanOrEqual(12_000);
    }
    expect(store.stats().blocks.dropped).toBeGreaterThan(0);
    expect(store.select([eq('__name__', 'g')], t0 + 11_000 * step, Infinity)[0]!.values.length).toBeGreaterThan(500);
  });

  test('a stale marker is not a sample', async () => {
    const store = await open(memoryDirectory());
    await fill(store, [{ labels: { __name__: 's' }, valueAt: (i) => (i % 6 === 5 ? staleMarker : i) }], {
      from: 0,
      to: perDay,
      stepMs: step,
    });
    await store.tidy(t0 + day + hour);
    const { values } = store.select([], t0, t0 + day, asked('count_over_time', 3 * hour))[0]!;
    expect(values).toHaveLength((perDay * 5) / 6);
  });
});

describe('deletion', () => {
  test('hides at once, survives a crash, and is carried out', async () => {
    const directory = memoryDirectory();
    let store = await open(directory);
    await fill(store, fleet, { from: 0, to: 600, stepMs: minute });
    await store.tidy(t0 + 600 * minute);
    const now = t0 + 601 * minute;
    await store.deleteSeries({ matchers: [eq('pool', 'x')], from: -Infinity, to: t0 + 100 * minute });
    await store.deleteSeries({ matchers: [eq('agent', 'a4')], from: -Infinity, to: Infinity });
    const seen = () =>
      store
        .select([], -Infinity, Infinity)
        .map(({ labels, values }) => `${labels['agent']} ${values.length}`)
        .sort();
    const expected = [
      'a0 499',
      'a0 499',
      'a1 499',
      'a1 499',
      'a2 499',
      'a2 499',
      'a3 600',
      'a3 600',
      'a5 600',
      'a5 600',
    ];
    expect(seen()).toEqual(expected);
    store = await open(directory.crash(), { now });
    expect(seen()).toEqual(expected);
    const before = store.stats().blocks.samples;
    await store.cleanTombstones();
    expect(store.stats().blocks.samples).toBeLessThan(before);
    expect(store.stats().blocks.tombstones).toBe(0);
    expect(seen()).toEqual(expected);
    store = await open(directory.crash(), { now });
    expect(seen()).toEqual(expected);
    // What is sent from now on is not deleted, though it is only a minute later and the deletion had no end.
    await store.deleteSeries({ matchers: [eq('agent', 'a3')], from: -Infinity, to: Infinity });
    await fill(store, fleet, { from: 600, to: 601, stepMs: minute });
    for (const each of ['a3 1', 'a4 1', 'a5 601']) expect(seen()).toContain(each);
    await store.cleanTombstones();
    for (const each of ['a3 1', 'a4 1', 'a5 601']) expect(seen()).toContain(each);
  });

  test('a matcher that cannot be is refused and leaves nothing behind', async () => {
    const store = await open(memoryDirectory());
    await expect(
      store.deleteSeries({ matchers: [{ name: 'a', op: '=~', value: '(' }], from: 0, to: 1 }),
    ).rejects.toThrow();
    expect(store.stats().blocks.tombstones).toBe(0);
  });
});

describe('damage and a full disk', () => {
  async function written(): Promise<MemoryDirectory> {
    const directory = memoryDirectory();
    const store = await open(directory);
    for (let part = 0; part < 3; part++) {
      await fill(store, fleet, { from: part * 100, to: (part + 1) * 100, stepMs: 4 * minute });
      await store.tidy(t0 + (part + 1) * 400 * minute);
    }
    await store.close();
    return directory;
  }

  test('a flipped bit in a block costs a part of that block, is told, and never stops start or question', async () => {
    const directory = await written();
    const whole = dump(await open(directory.crash(), { now: t0 + 20 * hour }));
    const names = (await directory.list()).filter((name) => name.startsWith('block-'));
    expect(names.length).toBeGreaterThan(1);
    const rng = seededRng(11);
    let lostBlocks = 0;
    for (let round = 0; round < 40; round++) {
      const damaged = directory.crash();
      const name = rng.pick(names);
      damaged.flipBit(name, rng.int(0, (await damaged.size(name)) * 8 - 1));
      const told: string[] = [];
      const store = await open(damaged, { now: t0 + 20 * hour, onDamage: (message) => told.push(message) });
      const found = dump(store);
      const wrong = [...found].flatMap(([labels, samples]) => {
        const known = new Map(pairsOf(whole.get(labels)!));
        return pairsOf(samples).filter(([time, value]) => known.get(time) !== value);
      });
      expect(wrong).toEqual([]);
      const isWhole = [...whole].every(([labels, samples]) => found.get(labels)?.length === samples.length);
      // Bits in the magic number at the front say nothing; all others are noticed.
      if (!isWhole) {
        lostBlocks++;
        expect(told[0]).toContain(name);
        expect(store.stats().blocks.damaged).toBeGreaterThan(0);
      }
      await store.tidy(t0 + 30 * hour);
    }
    expect(lostBlocks).toBeGreaterThan(25);
  });

  test('a block that was cut off, and one that was never finished', async () => {
    const directory = await written();
    const rng = seededRng(12);
    for (let round = 0; round < 20; round++) {
      const damaged = directory.crash();
      const name = rng.pick((await damaged.list()).filter((each) => each.startsWith('block-')));
      damaged.cut(name, rng.int(0, (await damaged.size(name)) - 1));
      await damaged.write('block-0-0-1-00000099.jgb.part', Uint8Array.of(1, 2, 3));
      const store = await open(damaged, { now: t0 + 20 * hour });
      expect(store.stats().blocks.damaged).toBe(1);
      expect(await damaged.list()).not.toContain('block-0-0-1-00000099.jgb.part');
    }
  });

  test('a disk without room for a block is told; the head serves on, and all is well when there is room again', async () => {
    const directory = memoryDirectory();
    const store = await open(directory);
    await fill(store, fleet, { from: 0, to: 300, stepMs: minute });
    const before = dump(store);
    directory.faults.roomBytes = 200;
    await store.tidy(t0 + 300 * minute);
    expect(store.stats().storageError).toContain('ENOSPC');
    expect(dump(store)).toEqual(before);
    expect((await directory.list()).filter((name) => name.startsWith('block-'))).toEqual([]);
    directory.faults.roomBytes = Number.POSITIVE_INFINITY;
    await store.tidy(t0 + 301 * minute);
    expect(store.stats().storageError).toBe('');
    expect(store.stats().blocks.count).toBeGreaterThan(0);
    expect(dump(store)).toEqual(before);
  });
});

function pairsOf(samples: readonly number[]): [number, number][] {
  return Array.from({ length: samples.length / 2 }, (_, i) => [samples[2 * i]!, samples[2 * i + 1]!]);
}

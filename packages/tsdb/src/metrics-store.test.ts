import type { Labels, Matcher, SampleBatch, SeriesRef } from '@jaegis/model';
import { staleMarker } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { memoryDirectory } from './memory-directory.ts';
import { MetricsStore } from './metrics-store.ts';
import type { StorageDirectory } from './storage-directory.ts';
import type { MetricsStoreOptions } from './store-options.ts';

const t0 = 1_700_000_000_000;
const hour = 3_600_000;

function open(directory: StorageDirectory, options: Partial<MetricsStoreOptions> = {}): Promise<MetricsStore> {
  return MetricsStore.open({
    directory,
    now: t0,
    seriesLimit: 1_000,
    seriesLimitPerGroup: 500,
    retentionMs: 24 * hour,
    ...options,
  });
}

function ref(store: MetricsStore, labels: Labels): SeriesRef {
  const resolved = store.resolve(labels, t0);
  if (typeof resolved !== 'number') throw new Error(resolved.rejected);
  return resolved;
}

function batch(samples: readonly (readonly [SeriesRef, number, number])[]): SampleBatch {
  return {
    refs: Uint32Array.from(samples, (s) => s[0]),
    timestamps: Float64Array.from(samples, (s) => s[1]),
    values: Float64Array.from(samples, (s) => s[2]),
    length: samples.length,
  };
}

function eq(name: string, value: string): Matcher {
  return { name, op: '=', value };
}

/** All samples of a store as plain data: `labels -> [time, value][]`. */
function dump(store: MetricsStore): Record<string, [number, number][]> {
  const result: Record<string, [number, number][]> = {};
  for (const { labels, timestamps, values } of store.select([], -Infinity, Infinity)) {
    result[JSON.stringify(labels)] = [...timestamps].map((t, i) => [t, values[i]!]);
  }
  return result;
}

describe('metrics store', () => {
  test('gives back what was appended, in time order, within the range', async () => {
    const store = await open(memoryDirectory());
    const a = ref(store, { __name__: 'up', job: 'web' });
    const b = ref(store, { __name__: 'up', job: 'db' });
    const samples = Array.from({ length: 500 }, (_, i) => [i % 2 === 0 ? a : b, t0 + i * 1_000, i / 10] as const);
    expect(await store.append(batch(samples), t0 + 500_000)).toEqual({ accepted: 500, rejected: {} });
    const [first] = store.select([eq('job', 'web')], t0 + 10_000, t0 + 14_000);
    expect(first?.labels).toEqual({ __name__: 'up', job: 'web' });
    expect([...first!.timestamps]).toEqual([t0 + 10_000, t0 + 12_000, t0 + 14_000]);
    expect([...first!.values]).toEqual([1, 1.2, 1.4]);
    expect(store.latest(b)).toEqual({ at: t0 + 499_000, value: 49.9 });
    expect(store.stats()).toMatchObject({ series: 2, samples: 500, oldestAt: t0 });
  });

  test('all of it is there again after a crash and after a close', async () => {
    const directory = memoryDirectory();
    const store = await open(directory);
    const refs = Array.from({ length: 20 }, (_, i) => ref(store, { __name__: 'm', i: String(i) }));
    for (let round = 0; round < 100; round++) {
      await store.append(
        batch(refs.map((r, i) => [r, t0 + round * 15_000, round * i + (i === 3 ? 0.125 : 0)])),
        t0 + round * 15_000,
      );
    }
    const before = dump(store);
    const crashed = await open(directory.crash());
    expect(dump(crashed)).toEqual(before);
    expect(crashed.stats().replay).toMatchObject({ samples: 2_000, damaged: 0, orphans: 0 });
    await store.checkpoint();
    await store.append(batch([[refs[0]!, t0 + 100 * 15_000, 7]]), t0 + 100 * 15_000);
    const after = dump(store);
    await store.close();
    expect(dump(await open(directory.crash()))).toEqual(after);
    expect((await directory.list()).sort()).toEqual(['checkpoint-00000002-000.log', 'wal-00000003.log']);
  });

  test('the stale marker survives the log, the buffer and the chunks', async () => {
    const directory = memoryDirectory();
    const store = await open(directory);
    const a = ref(store, { __name__: 'up' });
    for (let i = 0; i < 100; i++) {
      const one = batch([[a, t0 + i * 1_000, i]]);
      if (i % 10 === 9) one.values[0] = staleMarker;
      await store.append(one, t0 + i * 1_000);
    }
    for (const each of [store, await open(directory.crash())]) {
      const [series] = each.select([], 0, Infinity);
      const words = new Uint32Array(series!.values.buffer, series!.values.byteOffset, 200);
      const marked = [...series!.values.keys()].filter((i) => words[2 * i] === 2 && words[2 * i + 1] === 0x7ff00000);
      expect(marked).toEqual([9, 19, 29, 39, 49, 59, 69, 79, 89, 99]);
    }
  });

  test('refuses by reason and takes the rest', async () => {
    const store = await open(memoryDirectory(), { outOfOrderWindowMs: 60_000, retentionMs: hour });
    const a = ref(store, { __name__: 'a' });
    const b = ref(store, { __name__: 'b' });
    await store.append(batch([[a, t0, 1]]), t0);
    const result = await store.append(
      batch([
        [a, t0 - 2 * hour, 1],
        [a, t0 + hour, 1],
        [a, t0 - 61_000, 1],
        [a, t0, 1],
        [a, t0, 2],
        [a, Number.NaN, 2],
        [a + 2 ** 22, t0 + 1, 2],
        [b, t0 + 1_000, 5],
        [a, t0 - 1_000, 0.5],
      ]),
      t0,
    );
    expect(result).toEqual({
      accepted: 3,
      rejected: { too_old: 1, too_new: 1, out_of_order: 1, duplicate: 1, malformed: 1, unknown_series: 1 },
    });
    expect(dump(store)).toEqual({
      '{"__name__":"a"}': [
        [t0 - 1_000, 0.5],
        [t0, 1],
      ],
      '{"__name__":"b"}': [[t0 + 1_000, 5]],
    });
    expect(store.stats().refused).toEqual(result.rejected);
  });

  test('a batch sent again is accepted again, even when its samples are compressed by now', async () => {
    const store = await open(memoryDirectory());
    const a = ref(store, { __name__: 'a' });
    const samples = Array.from({ length: 60 }, (_, i) => [a, t0 + i * 1_000, Math.sin(i)] as const);
    await store.append(batch(samples), t0 + 60_000);
    expect(await store.append(batch(samples), t0 + 60_000)).toEqual({ accepted: 60, rejected: {} });
    expect(store.stats().samples).toBe(60);
  });

  test('limits series in all and per group', async () => {
    const store = await open(memoryDirectory(), { seriesLimit: 5, seriesLimitPerGroup: 3 });
    for (let i = 0; i < 3; i++) ref(store, { __name__: 'm', job: 'a', i: String(i) });
    expect(store.resolve({ __name__: 'm', job: 'a', i: '9' }, t0)).toEqual({
      rejected: 'series_limit',
      detail: '"a" has 3 series, must be fewer than 3',
    });
    for (let i = 0; i < 2; i++) ref(store, { __name__: 'm', job: 'b', i: String(i) });
    expect(store.resolve({ __name__: 'm', job: 'c' }, t0)).toEqual({
      rejected: 'series_limit',
      detail: 'there are 5 series, must be fewer than 5',
    });
    expect(ref(store, { __name__: 'm', job: 'a', i: '0' })).toBeGreaterThan(0);
    expect(store.stats().refused).toEqual({ series_limit: 2 });
  });

  test('refuses labels that cannot be stored', async () => {
    const store = await open(memoryDirectory());
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, 'x']));
    expect(store.resolve(many, t0)).toEqual({ rejected: 'label_limit' });
    expect(store.resolve({ a: 'x'.repeat(1_001) }, t0)).toEqual({ rejected: 'label_limit' });
    expect(store.resolve({ 'a\u0000': 'x' }, t0)).toEqual({ rejected: 'invalid_name' });
    expect(store.resolve({}, t0)).toEqual({ rejected: 'invalid_name' });
    expect(store.resolve({ a: '\ud800' }, t0)).toEqual({ rejected: 'invalid_name' });
    expect(store.resolve(JSON.parse('{"__proto__":"x"}'), t0)).toEqual({ rejected: 'invalid_name' });
  });

  test('the order of labels and empty values make no difference', async () => {
    const store = await open(memoryDirectory());
    const a = ref(store, { __name__: 'm', x: '1', y: '2' });
    expect(ref(store, { y: '2', __name__: 'm', x: '1', z: '' })).toBe(a);
    expect(ref(store, { y: '1', __name__: 'm', x: '2' })).not.toBe(a);
    expect(store.labelsOf(a)).toEqual({ __name__: 'm', x: '1', y: '2' });
  });

  test('drops what is past retention, and a ref of a dropped series fits no other', async () => {
    const dropped: number[] = [];
    const store = await open(memoryDirectory(), { retentionMs: hour, onDropped: (refs) => dropped.push(...refs) });
    const old = ref(store, { __name__: 'old' });
    await store.append(batch(Array.from({ length: 50 }, (_, i) => [old, t0 + i, 1])), t0);
    await store.maintain(t0 + 2 * hour);
    expect(dropped).toEqual([old]);
    expect(store.stats()).toMatchObject({
      series: 0,
      samples: 0,
      droppedSeries: 1,
      droppedSamples: 50,
      oldestAt: null,
    });
    const next = ref(store, { __name__: 'new' });
    expect(next & 0x3fffff).toBe(old & 0x3fffff);
    expect(next).not.toBe(old);
    expect(await store.append(batch([[old, t0 + 2 * hour, 1]]), t0 + 2 * hour)).toEqual({
      accepted: 0,
      rejected: { unknown_series: 1 },
    });
    expect(store.select([], 0, Infinity)).toEqual([]);
    await store.append(batch([[next, t0 + 2 * hour, 1]]), t0 + 2 * hour);
    expect(store.labelNames()).toEqual(['__name__']);
    expect(store.labelValues('__name__')).toEqual(['new']);
  });

  test('a full disk refuses with a reason, changes nothing, and heals', async () => {
    const directory = memoryDirectory();
    const store = await open(directory);
    const a = ref(store, { __name__: 'a' });
    await store.append(batch([[a, t0, 1]]), t0);
    directory.faults.roomBytes = 10;
    const b = ref(store, { __name__: 'b' });
    expect(
      await store.append(
        batch([
          [a, t0 + 1, 2],
          [b, t0 + 1, 2],
        ]),
        t0,
      ),
    ).toEqual({ accepted: 0, rejected: { storage: 2 } });
    expect(store.stats().storageError).toContain('ENOSPC');
    expect(dump(store)).toEqual({ '{"__name__":"a"}': [[t0, 1]] });
    directory.faults.roomBytes = Infinity;
    expect(
      await store.append(
        batch([
          [a, t0 + 1, 2],
          [b, t0 + 1, 2],
        ]),
        t0,
      ),
    ).toEqual({ accepted: 2, rejected: {} });
    expect(store.stats().storageError).toBe('');
    const again = await open(directory.crash());
    expect(dump(again)).toEqual(dump(store));
    expect(again.stats().replay.damaged).toBe(0);
  });

  test('appends that wait for one write share the next, and selects meanwhile see only what is acknowledged', async () => {
    const directory = memoryDirectory();
    const store = await open(directory);
    const a = ref(store, { __name__: 'a' });
    let release = (): void => {};
    let writes = 0;
    directory.faults.beforeAppend = () => {
      writes++;
      return new Promise((resolve) => {
        release = resolve;
      });
    };
    const appends = Array.from({ length: 10 }, (_, i) => store.append(batch([[a, t0 + i, i]]), t0));
    await Promise.resolve();
    await Promise.resolve();
    expect(dump(store)).toEqual({});
    directory.faults.beforeAppend = async () => {
      writes++;
    };
    release();
    await Promise.all(appends);
    expect(dump(store)['{"__name__":"a"}']).toHaveLength(10);
    // The series' record, and then all ten batches at once.
    expect(writes).toBe(2);
  });

  test('samples within the window find their place in whatever order they come', async () => {
    const directory = memoryDirectory();
    const store = await open(directory, { outOfOrderWindowMs: hour });
    const a = ref(store, { __name__: 'a' });
    const rng = seededRng(11);
    const order = Array.from({ length: 2_000 }, (_, i) => i).sort(() => rng.next() - 0.5);
    for (let from = 0; from < order.length; from += 100) {
      const some = order.slice(from, from + 100).map((i) => [a, t0 + i * 1_000, i / 8] as const);
      expect(await store.append(batch(some), t0 + 2_000_000)).toEqual({ accepted: 100, rejected: {} });
    }
    const expected = Array.from({ length: 2_000 }, (_, i) => [t0 + i * 1_000, i / 8]);
    expect(dump(store)['{"__name__":"a"}']).toEqual(expected);
    expect(store.latest(a)).toEqual({ at: t0 + 1_999_000, value: 1_999 / 8 });
    expect(dump(await open(directory.crash()))['{"__name__":"a"}']).toEqual(expected);
    await store.checkpoint();
    expect(dump(await open(directory.crash()))['{"__name__":"a"}']).toEqual(expected);
  });

  test('the log is rewritten as it grows, so that it stays in proportion to what is kept', async () => {
    const directory = memoryDirectory();
    const store = await open(directory, { retentionMs: 600_000, segmentBytes: 4_000, checkpointBytes: 20_000 });
    const a = ref(store, { __name__: 'a' });
    for (let i = 0; i < 5_000; i++) {
      const now = t0 + i * 1_000;
      await store.append(batch([[a, now, Math.sin(i)]]), now);
      if (i % 10 === 0) await store.maintain(now);
    }
    await store.close();
    expect(store.stats().checkpoints).toBeGreaterThan(3);
    expect(store.stats().bytesOnDisk).toBeLessThan(60_000);
    expect(store.stats().samples).toBeLessThan(800);
    let size = 0;
    for (const name of await directory.list()) size += await directory.size(name);
    expect(store.stats().bytesOnDisk).toBe(size);
    const again = await open(directory.crash(), { now: t0 + 5_000_000, retentionMs: 600_000 });
    const kept = (each: MetricsStore): unknown =>
      each.select([], t0 + 4_400_000, Infinity).map((s) => [...s.timestamps]);
    expect(kept(again)).toEqual(kept(store));
  });

  test('a series whose samples were all refused is not told of', async () => {
    const store = await open(memoryDirectory());
    const seen = ref(store, { __name__: 'seen', job: 'a', zone: 'x' });
    await store.append(batch([[seen, t0, 1]]), t0);
    const empty = ref(store, { __name__: 'late', job: 'b', zone: 'x', only: 'here' });
    const { rejected } = await store.append(batch([[empty, t0 - 25 * hour, 1]]), t0);
    expect(rejected).toEqual({ too_old: 1 });
    const told = (matchers: Matcher[]) => [
      store.series(matchers).map((labels) => labels['__name__']),
      store.labelNames(matchers),
      store.labelValues('job', matchers),
    ];
    const expected = [['seen'], ['__name__', 'job', 'zone'], ['a']];
    expect([told([]), told([eq('zone', 'x')])]).toEqual([expected, expected]);
    await store.append(batch([[empty, t0, 1]]), t0);
    expect(told([eq('zone', 'x')])).toEqual([
      ['seen', 'late'],
      ['__name__', 'job', 'only', 'zone'],
      ['a', 'b'],
    ]);
  });

  test('tells what makes it large', async () => {
    const store = await open(memoryDirectory());
    for (let i = 0; i < 30; i++) ref(store, { __name__: i < 20 ? 'many' : 'few', i: String(i), job: 'j' });
    expect(store.cardinality(2)).toEqual({
      labelPairs: 33,
      seriesByMetric: [
        { name: 'many', value: 20 },
        { name: 'few', value: 10 },
      ],
      valuesByLabel: [
        { name: 'i', value: 30 },
        { name: '__name__', value: 2 },
      ],
      bytesByLabel: [
        { name: 'i', value: 50 },
        { name: '__name__', value: 7 },
      ],
      seriesByPair: [
        { name: 'job=j', value: 30 },
        { name: '__name__=many', value: 20 },
      ],
    });
    expect(store.cardinality(1).seriesByPair).toEqual([{ name: 'job=j', value: 30 }]);
  });

  test('numbers of texts that went and came again are never mixed up', async () => {
    const store = await open(memoryDirectory(), { retentionMs: hour });
    // Labels that differ in one place, taken turn about with series that are dropped: numbers are given anew all the time.
    for (let round = 0; round < 20; round++) {
      const now = t0 + round * 3 * hour;
      const labels = Array.from({ length: 5 }, (_, i) => ({
        __name__: 'm',
        a: `${(round * 3 + i) % 7}`,
        b: `${round}`,
      }));
      const refs = labels.map((each) => ref(store, each));
      await store.append(batch(refs.map((each, i) => [each, now, i])), now);
      expect(refs.map((each) => store.labelsOf(each))).toEqual(labels);
      expect(labels.map((each) => ref(store, each))).toEqual(refs);
      for (let i = 0; i < 60; i++) await store.maintain(now + 2 * hour + i);
      expect(store.series([])).toEqual([]);
    }
  });

  test('answers about labels', async () => {
    const store = await open(memoryDirectory());
    await store.append(
      batch([
        [ref(store, { __name__: 'up', job: 'a' }), t0, 1],
        [ref(store, { __name__: 'up', job: 'b' }), t0 + 50_000, 1],
        [ref(store, { __name__: 'down' }), t0, 1],
      ]),
      t0 + 50_000,
    );
    expect(store.labelNames()).toEqual(['__name__', 'job']);
    expect(store.labelNames([eq('__name__', 'down')])).toEqual(['__name__']);
    expect(store.labelValues('job')).toEqual(['a', 'b']);
    expect(store.labelValues('job', [eq('job', 'b')])).toEqual(['b']);
    expect(store.labelValues('nothing')).toEqual([]);
    expect(store.series([eq('__name__', 'up')])).toHaveLength(2);
    expect(store.series([eq('__name__', 'up')], t0 + 1, t0 + 60_000)).toEqual([{ __name__: 'up', job: 'b' }]);
    expect(() => store.select([], 0, Infinity, { maxSeries: 2 })).toThrow(
      'query would touch 3 series, must be at most 2',
    );
    expect(() => store.select([], 0, Infinity, { maxSamples: 2 })).toThrow(
      'query processing would load too many samples',
    );
  });
});

/** What another thread answers over a handover is what the store itself answers. */
import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { type MemoryDirectory, memoryDirectory } from '../memory-directory.ts';
import { MetricsStore } from '../metrics-store.ts';
import { DistantStore } from './distant-store.ts';
import type { Selection } from './handover.ts';
import type { SampleSender } from './kept-samples.ts';
import { LabelReceiver, type LabelSender } from './label-parcel.ts';

const t0 = 1_700_000_000_000;
const hints = [
  undefined,
  { func: '', stepMs: 0, rangeMs: 0 },
  { func: '', stepMs: 15_000, rangeMs: 0 },
  { func: 'sum', stepMs: 400_000, rangeMs: 0 },
  { func: 'rate', stepMs: 60_000, rangeMs: 1_900_000 },
  { func: 'max_over_time', stepMs: 0, rangeMs: 2_400_000 },
  { func: 'irate', stepMs: 60_000, rangeMs: 2_400_000 },
];

interface Life {
  readonly directory: MemoryDirectory;
  readonly store: MetricsStore;
  readonly distant: DistantStore;
  readonly labels: LabelSender;
  /** Left out where the other thread keeps no samples. */
  readonly samples: SampleSender | undefined;
}

async function begin(keepsMost = 0): Promise<Life> {
  const directory = memoryDirectory();
  const store = await MetricsStore.open({
    directory,
    now: t0,
    seriesLimit: 1_000,
    seriesLimitPerGroup: 1_000,
    retentionMs: 1e12,
    blockRangeMs: 600_000,
    outOfOrderWindowMs: 400_000,
    rollups: [{ widthMs: 60_000, retentionMs: 1e12 }],
  });
  const distant = new DistantStore({ directory, cacheBytes: 100_000 });
  const samples = keepsMost > 0 ? store.handover.sampleSender(keepsMost) : undefined;
  return { directory, store, distant, labels: store.handover.labelSender(), samples };
}

/** What the other thread says, by labels. */
async function asked(life: Life, selection: Selection) {
  const { labels, samples } = life;
  const options = {
    labels,
    ...(samples !== undefined && { samples }),
    maxSamples: 1e9,
    pause: () => Promise.resolve(),
  };
  return life.store.handover.give([selection], options, async (handed) => {
    const answers = await life.distant.take(structuredClone(handed));
    const found = answers.find(0, selection, selection.hints === undefined ? {} : { hints: selection.hints });
    expect(answers.damages).toEqual([]);
    let before: Float64Array | undefined;
    let copy: Float64Array | undefined;
    const read = found.map((reader) => {
      const { labels, size } = reader;
      const { timestamps, values, course } = reader.read();
      if (course !== undefined) expect(values.some((value) => Number.isNaN(value))).toBe(false);
      if (course === 'rising') expect(values.some((value, i) => i > 0 && value < values[i - 1]!)).toBe(false);
      // The same array as for the series before promises the same times.
      if ((selection.hints?.rangeMs ?? 0) > 0 && timestamps === before) expect([...timestamps]).toEqual([...copy!]);
      before = timestamps;
      copy = timestamps.slice();
      return { labels, size, timestamps: copy, values: values.slice() };
    });
    for (const { timestamps, size } of read)
      if (selection.hints === undefined) expect(size).toBeGreaterThanOrEqual(timestamps.length);
    return byLabels(read);
  });
}

function byLabels(series: readonly { labels: object; timestamps: Float64Array; values: Float64Array }[]) {
  return series
    .filter(({ timestamps }) => timestamps.length > 0)
    .map(({ labels, timestamps, values }) => [JSON.stringify(labels), [...timestamps], [...values]] as const)
    .sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

describe('a question answered by another thread', () => {
  test.each([
    [1, 0],
    [2, 0],
    [5, 1e9],
    [6, 1e9],
    [7, 500],
    [8, 500],
  ])('gives what the store gives, life %i, where %i samples are kept', async (seed, keepsMost) => {
    const rng = seededRng(seed);
    const life = await begin(keepsMost);
    const { store } = life;
    let now = t0;
    for (let step = 0; step < 120; step++) {
      const before = now;
      now += rng.int(1, 60) * 1_000;
      const names = Array.from({ length: rng.int(1, 12) }, () => `${rng.int(0, 15)}`);
      // So many of each that chunks are closed between two questions.
      const each = rng.int(1, 25);
      const refs = names.map((i) => store.resolve({ __name__: 'm', i, half: `${Number(i) % 2}` }, now) as number);
      const length = refs.length * each;
      const timestamps = Float64Array.from({ length }, (_, at) => {
        const time = before + Math.floor(((now - before) * (Math.floor(at / refs.length) + 1)) / each);
        return time - (rng.chance(0.02) ? rng.int(0, 390_000) : 0);
      });
      const batch = {
        refs: Uint32Array.from({ length }, (_, at) => refs[at % refs.length]!),
        timestamps,
        // Some rise with time, some begin again now and then, and some are no numbers sometimes.
        values: Float64Array.from({ length }, (_, at) => {
          const kind = Number(names[at % refs.length]) % 3;
          if (kind === 2) return rng.chance(0.1) ? Number.NaN : rng.int(0, 1_000) / 10;
          return (timestamps[at]! - t0) % (kind === 0 ? 1e9 : 600_000);
        }),
        length,
      };
      await store.append(batch, now);
      if (rng.chance(0.08)) await store.tidy(now);
      if (rng.chance(0.02)) {
        const from = now - rng.int(0, 3_000_000);
        const matchers = [{ name: 'i', op: '=' as const, value: `${rng.int(0, 15)}` }];
        await store.deleteSeries({ matchers, from, to: from + rng.int(0, 1_000_000) });
      }
      if (rng.chance(0.01)) await store.cleanTombstones();
      if (!rng.chance(0.3)) continue;
      const to = now - (rng.chance(0.5) ? 0 : rng.int(0, 3_000_000));
      const selection: Selection = {
        matchers: [{ name: 'half', op: rng.pick(['=', '!='] as const), value: '1' }],
        fromMs: to - rng.int(0, 5_000_000),
        toMs: to,
        hints: rng.pick(hints),
      };
      const limits = selection.hints === undefined ? {} : { hints: selection.hints };
      const own = store.select(selection.matchers, selection.fromMs, selection.toMs, limits);
      expect(await asked(life, selection)).toEqual(byLabels(own));
    }
    await store.close();
  });

  test('a receiver that was told too much forgets, and is told again', async () => {
    const { store } = await begin();
    for (let i = 0; i < 30; i++) {
      const refs = Uint32Array.of(store.resolve({ __name__: 'm', i: `${i}` }, t0) as number);
      await store.append({ refs, timestamps: Float64Array.of(t0), values: Float64Array.of(i), length: 1 }, t0);
    }
    const labels = store.handover.labelSender(20);
    const receiver = new LabelReceiver();
    let forgets = 0;
    for (let round = 0; round < 40; round++) {
      const matchers = [{ name: 'i', op: '=~' as const, value: `${round % 3}.*` }];
      const options = { labels, maxSamples: 1e9, pause: () => Promise.resolve() };
      await store.handover.give([{ matchers, fromMs: t0, toMs: t0 }], options, async (handed) => {
        if (handed.labels.isFirst) forgets++;
        receiver.take(handed.labels);
        const { refs, series } = handed.extracts[0]!;
        for (const ref of refs.subarray(0, series)) expect(receiver.get(ref)).toEqual(store.labelsOf(ref));
      });
    }
    expect(forgets).toBeGreaterThan(10);
    await store.close();
  });

  test('more samples than are allowed are refused before they are copied', async () => {
    const { store } = await begin();
    const refs = Uint32Array.of(store.resolve({ __name__: 'm' }, t0) as number);
    await store.append({ refs, timestamps: Float64Array.of(t0), values: Float64Array.of(1), length: 1 }, t0);
    const options = { labels: store.handover.labelSender(), maxSamples: 0, pause: () => Promise.resolve() };
    const given = store.handover.give([{ matchers: [], fromMs: 0, toMs: t0 }], options, () => Promise.resolve(1));
    await expect(given).rejects.toThrow('too many samples');
    await store.close();
  });
});

import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { Head } from '../head/head.ts';
import { SeriesTable } from '../head/series-table.ts';
import { emptyTally } from '../head/tally.ts';
import { compareLabels, sortedPairs } from './block-file.ts';
import { OrderedSeries, packRows } from './series-parcel.ts';

test('series come in the order of a block, each once, and only those with samples before the time', async () => {
  const rng = seededRng(6);
  const head = new Head(new SeriesTable());
  const limits = { oldest: 0, newest: 1e15, outOfOrderWindowMs: 1e15 };
  for (let i = 0; i < 9_000; i++) {
    const labels: Record<string, string> = { id: `${rng.int(0, 1e9)}-${i}` };
    // Most of one metric, so that several runs are merged; some without a name; names in any order.
    if (rng.chance(0.95)) labels['__name__'] = rng.chance(0.9) ? 'much' : rng.pick(['a', 'z', '~']);
    if (rng.chance(0.5)) labels[rng.pick(['Zone', 'area', '_x'])] = rng.pick(['', 'ö', 'o', 'p']);
    const ref = head.series.add(labels)!;
    head.reserve();
    const timestamps = Float64Array.of(i % 10 === 0 ? 200 : 100);
    head.apply({ refs: Uint32Array.of(ref), timestamps, values: new Float64Array(1), length: 1 }, limits, emptyTally());
  }
  let turns = 0;
  const pause = async (): Promise<void> => void turns++;
  const { rows, labels } = await packRows(head, 150, pause);
  const series = await OrderedSeries.of(labels, pause);
  expect(new Set(series.order).size).toBe(8_100);
  expect(turns).toBeGreaterThan(8);
  const pairs = [...series.order].map((place) => sortedPairs(head.series.labels(rows[place]!)));
  expect(pairs.slice(1).filter((each, i) => compareLabels(pairs[i]!, each) >= 0)).toEqual([]);
  expect([...series.order].map((place) => series.pairs(place))).toEqual(pairs);
});

test('a symbol that another text gets in the middle is told apart', async () => {
  const head = new Head(new SeriesTable());
  const limits = { oldest: 0, newest: 1e15, outOfOrderWindowMs: 1e15 };
  const add = (id: string): void => {
    const refs = Uint32Array.of(head.series.add({ __name__: 'm', id })!);
    head.reserve();
    head.apply({ refs, timestamps: Float64Array.of(1), values: new Float64Array(1), length: 1 }, limits, emptyTally());
  };
  for (let i = 0; i < 4_500; i++) add(`a${i}`);
  let turns = 0;
  const { labels } = await packRows(head, 150, async () => {
    // After the first rows were packed, one of them goes and a new series takes its symbol at the end.
    if (turns++ > 0) return;
    head.clear(7);
    head.series.remove([7]);
    for (let i = 0; i < 40; i++) add(`late${i}`);
  });
  const series = await OrderedSeries.of(labels, async () => {});
  const ids = [...series.order].map((place) => series.pairs(place).find(([name]) => name === 'id')![1]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => id.startsWith('late')).length).toBeGreaterThan(30);
});

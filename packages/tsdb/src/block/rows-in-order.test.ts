import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { Head } from '../head/head.ts';
import { SeriesTable } from '../head/series-table.ts';
import { emptyTally } from '../head/tally.ts';
import { compareLabels, sortedPairs } from './block-file.ts';
import { rowsInOrder } from './rows-in-order.ts';

test('rows come in the order of a block, each once, and only those with samples before the time', async () => {
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
  const found: number[] = [];
  for await (const row of rowsInOrder(head, 150, async () => void turns++)) found.push(row);
  expect(found).toHaveLength(8_100);
  expect(new Set(found).size).toBe(8_100);
  expect(turns).toBeGreaterThan(8);
  const pairs = found.map((row) => sortedPairs(head.series.labels(row)));
  expect(pairs.slice(1).filter((each, i) => compareLabels(pairs[i]!, each) >= 0)).toEqual([]);
});

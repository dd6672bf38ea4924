import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { RestoredRows } from './restored-rows.ts';
import { seriesKey } from './series-key.ts';
import { SeriesWatch } from './series-watch.ts';
import { readParts } from './watch-snapshot.ts';

const start = 1_700_000_000_000;
const second = 1_000;

/** A watch in which series n has ref `firstRef` + n: numbers change with a restart, labels do not. */
function watching(o: { firstRef: number; seriesLimit?: number; counters?: boolean; unwatched?: number }) {
  const watch = new SeriesWatch({
    slotOf: (ref) => ref,
    describe: (ref) => {
      const n = ref - o.firstRef;
      if (n === o.unwatched) return undefined;
      const subject = { agent: null, pool: `pool-${n}`, series: { n: `${n}` }, signal: 'level' };
      return { subject, isCounter: o.counters === true };
    },
    seriesLimit: o.seriesLimit ?? 10_000,
    pointsPerSecond: 1e6,
  });
  const show = (values: readonly number[], at: number) => {
    const length = values.length;
    const refs = Uint32Array.from({ length }, (_, n) => o.firstRef + n);
    watch.take({ refs, timestamps: new Float64Array(length).fill(at), values: Float64Array.from(values), length }, at);
    const told = [];
    while (watch.waiting > 0) told.push(...watch.look());
    return told;
  };
  return { watch, show };
}

/** Shows `series` ordinary series for so many seconds. */
function calm(show: (values: readonly number[], at: number) => unknown[], series: number, seconds: number): void {
  const rng = seededRng(3);
  for (let s = 0; s < seconds; s++)
    show(
      Array.from({ length: series }, (_, n) => 100 + 10 * n + 5 * rng.normal()),
      start + s * second,
    );
}

const bytesOf = (watch: SeriesWatch, now: number) => Buffer.concat([...watch.snapshot(now)]);
const partsOf = (bytes: Uint8Array) => [
  ...readParts((offset, length) => bytes.slice(offset, offset + length), bytes.length),
];

function restored(bytes: Uint8Array, to: SeriesWatch, now: number): { series: number; damages: string[] } {
  let series = 0;
  const damages: string[] = [];
  for (const each of partsOf(bytes)) {
    if ('damage' in each) damages.push(each.damage);
    else series += Math.max(0, to.restore(each.part, now));
  }
  return { series, damages };
}

describe('what a watch has learned outlives a restart', () => {
  test('a series goes on where it was: its first far value is told, and nothing ordinary before it', () => {
    const before = watching({ firstRef: 1 });
    calm(before.show, 3, 200);
    const bytes = bytesOf(before.watch, start + 200 * second);
    const after = watching({ firstRef: 500 });
    expect(restored(bytes, after.watch, start + 230 * second)).toEqual({ series: 3, damages: [] });
    expect(after.watch.stats()).toMatchObject({ series: 3, awaited: 3 });
    expect(after.show([101, 109, 121], start + 231 * second)).toEqual([]);
    expect(after.watch.stats()).toMatchObject({ series: 3, awaited: 0 });
    expect(after.show([101, 900, 121], start + 232 * second)).toMatchObject([{ series: { n: '1' }, value: 900 }]);
    // Without the snapshot the same value says nothing.
    const blank = watching({ firstRef: 500 });
    expect(blank.show([101, 109, 121], start + 231 * second)).toEqual([]);
    expect(blank.show([101, 900, 121], start + 232 * second)).toEqual([]);
  });

  test('a counter goes on from its last value, and its restart meanwhile is no news', () => {
    const before = watching({ firstRef: 1, counters: true });
    for (let s = 0; s < 200; s++) before.show([1_000 + 20 * s], start + s * second);
    const bytes = bytesOf(before.watch, start + 200 * second);
    for (const [first, isReset] of [
      [1_000 + 20 * 230, false],
      [40, true],
    ] as const) {
      const after = watching({ firstRef: 7, counters: true });
      restored(bytes, after.watch, start + 229 * second);
      expect(after.show([first], start + 230 * second)).toEqual([]);
      expect(after.show([first + 20], start + 231 * second)).toEqual([]);
      const told = after.show([first + 20_000], start + 232 * second);
      expect(told, isReset ? 'reset' : 'no reset').toHaveLength(1);
    }
  });

  test('anomalies that were open go on, those of series that are gone end', () => {
    const before = watching({ firstRef: 1 });
    calm(before.show, 2, 200);
    const [open] = before.show([900, 110], start + 200 * second);
    const bytes = bytesOf(before.watch, start + 200 * second);
    const after = watching({ firstRef: 500 });
    restored(bytes, after.watch, start + 210 * second);
    const stranger = { ...open!, id: 'an-other', series: { n: 'gone' } };
    expect(after.watch.resume([open!, stranger], start + 210 * second)).toEqual([
      { ...stranger, endedAt: start + 210 * second },
    ]);
    expect(after.watch.open()).toEqual([open]);
    const told = [];
    for (let s = 211; s < 225; s++) told.push(...after.show([100, 110], start + s * second));
    expect(told).toMatchObject([{ id: open!.id, endedAt: expect.any(Number) }]);
  });

  test('what is not seen again is kept by the next snapshot, makes room where it is needed, and is given up after hours', () => {
    const before = watching({ firstRef: 1 });
    calm(before.show, 6, 100);
    const once = watching({ firstRef: 50, seriesLimit: 6 });
    restored(bytesOf(before.watch, start), once.watch, start + 100 * second);
    once.show([100], start + 101 * second);
    const again = bytesOf(once.watch, start + 102 * second);
    const twice = watching({ firstRef: 90, seriesLimit: 6 });
    expect(restored(again, twice.watch, start + 103 * second).series).toBe(6);
    expect(twice.show([100, 110], start + 104 * second)).toEqual([]);
    twice.watch.sweep(start + 7 * 3_600_000);
    expect(twice.watch.stats()).toMatchObject({ series: 2, awaited: 0 });
    // New series at the limit: those that may come back give way.
    const crowded = watching({ firstRef: 300, seriesLimit: 6 });
    restored(again, crowded.watch, start);
    for (let s = 0; s < 60; s += 10) {
      const refs = Uint32Array.of(900);
      const at = start + s * second;
      crowded.watch.take({ refs, timestamps: Float64Array.of(at), values: Float64Array.of(1), length: 1 }, at);
    }
    expect(crowded.watch.stats()).toMatchObject({ series: 1, awaited: 0, refused: 0 });
  });

  test('more than a part: each comes back to its own series', () => {
    const before = watching({ firstRef: 1 });
    calm(before.show, 3_000, 36);
    const bytes = bytesOf(before.watch, start);
    expect(partsOf(bytes)).toHaveLength(2);
    const after = watching({ firstRef: 4_000, unwatched: 17 });
    expect(restored(bytes, after.watch, start + 40 * second).series).toBe(3_000);
    after.show(
      Array.from({ length: 3_000 }, (_, n) => 100 + 10 * n),
      start + 41 * second,
    );
    expect(after.watch.stats()).toMatchObject({ series: 3_000, awaited: 1 });
    const limited = watching({ firstRef: 4_000, seriesLimit: 2_000 });
    expect(restored(bytes, limited.watch, start).series).toBe(2_048);
  });

  test('damage costs its part and never throws: bits, cuts, noise', () => {
    const before = watching({ firstRef: 1 });
    calm(before.show, 2_100, 36);
    const good = bytesOf(before.watch, start);
    const rng = seededRng(5);
    for (let round = 0; round < 60; round++) {
      const bad = good.slice();
      const bit = Math.floor(rng.next() * bad.length * 8);
      bad[bit >> 3] = bad[bit >> 3]! ^ (1 << (bit & 7));
      const cut = rng.next() < 0.3 ? Math.floor(rng.next() * bad.length) : bad.length;
      const after = watching({ firstRef: 1 });
      const { series } = restored(bad.subarray(0, cut), after.watch, start);
      // The time of writing says nothing of the rows.
      const isHarmless = bit >> 3 >= 8 && bit >> 3 < 16 && cut === bad.length;
      expect([0, 52, 2_048, ...(isHarmless ? [2_100] : [])]).toContain(series);
      after.show([100, 110], start + 40 * second);
    }
    for (let length = 0; length < 400; length += 7) {
      const noise = Uint8Array.from({ length }, () => Math.floor(rng.next() * 256));
      expect(restored(noise, watching({ firstRef: 1 }).watch, start).series).toBe(0);
    }
  });
});

test('keys are whole numbers, the same for the same labels in any order, and hardly ever shared', () => {
  expect(seriesKey({ a: '1', b: '2' })).toBe(seriesKey({ b: '2', a: '1' }));
  const seen = new Set<number>();
  for (let i = 0; i < 20_000; i++) seen.add(seriesKey({ __name__: 'http_requests_total', instance: `reader-${i}` }));
  expect(seen.size).toBe(20_000);
  expect([...seen].every((key) => Number.isSafeInteger(key) && key >= 1)).toBe(true);
});

test('restored rows are found by key, once, whatever their number', () => {
  const rows = new RestoredRows();
  const rng = seededRng(9);
  const known = new Map<number, number>();
  for (let i = 0; i < 1_000; i++) {
    const key = 1 + Math.floor(rng.next() * 2 ** 50);
    expect(rows.add(key, i, i)).toBe(!known.has(key));
    if (!known.has(key)) known.set(key, i);
  }
  expect(rows.size).toBe(known.size);
  for (const [key, row] of known) {
    if (rng.next() < 0.5) continue;
    expect(rows.take(key)).toEqual({ row, lastAt: row });
    expect(rows.take(key)).toBeUndefined();
    known.delete(key);
  }
  expect(rows.rows().sort((a, b) => a - b)).toEqual([...known.values()].sort((a, b) => a - b));
  for (const key of known.keys()) rows.take(key);
  expect(rows.size).toBe(0);
});

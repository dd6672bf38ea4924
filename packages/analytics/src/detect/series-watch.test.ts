import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { SeriesWatch } from './series-watch.ts';

const start = 1_700_000_000_000;
const second = 1_000;

function watching(
  o: { seriesLimit?: number; pointsPerSecond?: number; counters?: readonly number[]; pool?: string } = {},
) {
  return new SeriesWatch({
    slotOf: (ref) => ref & 0xffff,
    describe: (ref) =>
      ref % 1_000 === 999
        ? undefined
        : {
            subject: { agent: `agent-${ref}`, pool: o.pool ?? `pool-${ref}`, series: { n: `${ref}` }, signal: 'level' },
            isCounter: o.counters?.includes(ref) === true,
          },
    seriesLimit: o.seriesLimit ?? 100,
    pointsPerSecond: o.pointsPerSecond ?? 1e6,
  });
}

/** Shows one value of each ref; gives what was told. */
function show(watch: SeriesWatch, refs: readonly number[], values: readonly number[], at: number) {
  const timestamps = refs.map(() => at);
  watch.take(
    {
      refs: Uint32Array.from(refs),
      timestamps: Float64Array.from(timestamps),
      values: Float64Array.from(values),
      length: refs.length,
    },
    at,
  );
  return lookAtAll(watch);
}

function lookAtAll(watch: SeriesWatch) {
  const told = [];
  while (watch.waiting > 0) told.push(...watch.look());
  return told;
}

/** Ordinary values for so many seconds; gives when they end. */
function calm(
  watch: SeriesWatch,
  refs: readonly number[],
  o: { seconds: number; from?: number; value?: number } = { seconds: 200 },
) {
  const rng = seededRng(3);
  const from = o.from ?? start;
  for (let s = 0; s < o.seconds; s++) {
    const told = show(
      watch,
      refs,
      refs.map(() => (o.value ?? 100) + 5 * rng.normal()),
      from + s * second,
    );
    expect(told).toEqual([]);
  }
  return from + o.seconds * second;
}

describe('series-watch', () => {
  test('one far value is told with its own sample, and ends when the series is itself again', () => {
    const watch = watching();
    let at = calm(watch, [1, 2, 3], { seconds: 200 });
    const told = show(watch, [1, 2, 3], [100, 900, 100], at);
    expect(told).toMatchObject([{ agent: 'agent-2', signal: 'level', value: 900, at, endedAt: null }]);
    const ended = [];
    for (let k = 0; k < 10; k++) ended.push(...show(watch, [2], [100], (at += second)));
    expect(ended).toMatchObject([{ agent: 'agent-2', endedAt: expect.any(Number) }]);
    expect(watch.open()).toEqual([]);
  });

  test('series that live for less than half a minute cost no state, unwatched and further ones neither', () => {
    const watch = watching({ seriesLimit: 2 });
    calm(watch, [999, 1, 2, 4], { seconds: 30 });
    expect(watch.stats()).toMatchObject({ series: 0, points: 0 });
    calm(watch, [999, 1, 2, 4], { seconds: 30, from: start + 30 * second });
    expect(watch.stats()).toMatchObject({ series: 2, refused: 1 });
  });

  test('of very many that come at once 10,000 begin to be watched each second, and all in the end', () => {
    const watch = watching({ seriesLimit: 50_000 });
    const refs = Uint32Array.from({ length: 15_000 }, (_, i) => i + 1).filter((ref) => ref % 1_000 !== 999);
    const watched = [0, 31, 32, 33, 34].map((s) => {
      const now = start + s * second;
      const timestamps = new Float64Array(refs.length).fill(now);
      watch.take({ refs, timestamps, values: timestamps, length: refs.length }, now);
      return watch.stats().series;
    });
    expect(watched).toEqual([0, 0, 10_000, refs.length, refs.length]);
  });

  test('a counter is watched as its increase a second; its restart is no news', () => {
    const watch = watching({ counters: [1] });
    const rng = seededRng(5);
    let total = 0;
    let at = start;
    const step = (by: number) => show(watch, [1], [(total += by)], (at += second));
    for (let k = 0; k < 200; k++) expect(step(20 + rng.normal())).toEqual([]);
    total = 0;
    for (let k = 0; k < 60; k++) expect(step(20 + rng.normal())).toEqual([]);
    expect(step(900)).toMatchObject([{ value: 900 }]);
  });

  test('what is old, comes twice or is not a number is left out; what is too much is counted', () => {
    const watch = watching({ pointsPerSecond: 1 });
    const at = calm(watch, [1], { seconds: 60 });
    const { points } = watch.stats();
    expect(show(watch, [1], [1e300], at - second)).toEqual([]);
    expect(watch.stats().points).toBe(points);
    expect(show(watch, [1], [Number.NaN], at)).toEqual([]);
    for (let k = 1; k <= 10; k++) show(watch, [1], [100], at + k);
    expect(watch.stats().shed).toBeGreaterThan(5);
  });

  test('a row is given back with its series, and its number means another series afterwards', () => {
    const watch = watching();
    const at = calm(watch, [1, 2], { seconds: 200 });
    show(watch, [1], [900], at);
    expect(watch.open()).toHaveLength(1);
    expect(watch.forget([1], at + second)).toMatchObject([{ agent: 'agent-1', endedAt: at + second }]);
    expect(watch.stats().series).toBe(1);
    // The same slot, another series: young again.
    const next = 0x1_0001;
    expect(show(watch, [next], [5], at + second)).toEqual([]);
    expect(watch.stats().series).toBe(1);
  });

  test('a series that falls silent ends its anomaly; of one metric in one pool only some are told', () => {
    const watch = watching({ pool: 'one' });
    const refs = Array.from({ length: 30 }, (_, i) => i + 1);
    const at = calm(watch, refs, { seconds: 200 });
    const told = show(
      watch,
      refs,
      refs.map(() => 900),
      at,
    );
    expect(told).toHaveLength(20);
    expect(watch.open()).toHaveLength(20);
    expect(watch.sweep(at + 299 * second)).toEqual([]);
    expect(watch.sweep(at + 301 * second)).toHaveLength(20);
    expect(watch.open()).toEqual([]);
  });

  test('random batches never throw, and what waits is bounded', () => {
    const watch = watching({ seriesLimit: 50, pointsPerSecond: 1e9 });
    const rng = seededRng(11);
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, 1e300, -1e300, 0, -0];
    for (let round = 0; round < 150; round++) {
      const length = Math.floor(rng.next() * 300);
      const batch = {
        refs: Uint32Array.from({ length }, () => 1 + Math.floor(rng.next() * 90) + (rng.next() < 0.01 ? 0x1_0000 : 0)),
        timestamps: Float64Array.from({ length }, () => start + round * second + 4_000 * (rng.next() - 0.5)),
        values: Float64Array.from({ length }, () => (rng.next() < 0.05 ? rng.pick(odd) : 10 * rng.next())),
        length,
      };
      watch.take(batch, start + round * second);
      if (rng.next() < 0.3) watch.forget([batch.refs[0] ?? 1], start + round * second);
      if (rng.next() < 0.7) for (const { score } of lookAtAll(watch)) expect(score).toBeGreaterThan(0.9);
    }
    expect(watch.stats().series).toBeLessThanOrEqual(50);
  });
});

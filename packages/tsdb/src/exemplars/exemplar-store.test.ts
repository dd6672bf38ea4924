import type { Exemplar } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { ExemplarStore } from './exemplar-store.ts';

const exemplar = (ref: number, at: number, value = at): Exemplar => ({
  ref,
  at,
  value,
  labels: { trace_id: `t${at}` },
});
const all = (store: ExemplarStore, from = 0, to = 1e12) =>
  store
    .select((ref) => ({ __name__: `s${ref}` }), from, to)
    .map((each) => each.exemplars.map(({ ref, at }) => [ref, at]));

describe('ExemplarStore', () => {
  test('gives what a series had in a range, oldest first', () => {
    const store = new ExemplarStore(10);
    expect(store.add([exemplar(1, 10), exemplar(2, 11), exemplar(1, 20), exemplar(1, 30)])).toBe(4);
    expect(all(store, 10, 20)).toEqual([
      [
        [1, 10],
        [1, 20],
      ],
      [[2, 11]],
    ]);
    expect(store.select((ref) => (ref === 2 ? { a: 'b' } : undefined), 0, 100)).toMatchObject([{ labels: { a: 'b' } }]);
  });

  test('a repetition is kept once, an older one is refused and counted', () => {
    const store = new ExemplarStore(10);
    expect(store.add([exemplar(1, 10), exemplar(1, 10), exemplar(1, 9), exemplar(1, 10, 5)])).toBe(2);
    expect(all(store)).toEqual([[[1, 10]]]);
    expect(store.stats()).toEqual({ exemplars: 1, series: 1, refused: 2 });
  });

  test('the oldest of all goes first, and a series without any is forgotten', () => {
    const store = new ExemplarStore(3);
    for (let at = 1; at <= 10; at++) store.add([exemplar(at % 2, at)]);
    expect(all(store).flat().sort()).toEqual([
      [0, 10],
      [0, 8],
      [1, 9],
    ]);
    store.add([exemplar(7, 1), exemplar(7, 2), exemplar(7, 3)]);
    expect(all(store)).toEqual([
      [
        [7, 1],
        [7, 2],
        [7, 3],
      ],
    ]);
    expect(store.stats()).toMatchObject({ exemplars: 3, series: 1 });
  });
});

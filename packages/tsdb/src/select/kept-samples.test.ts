/** A thread that keeps samples has, after whatever happened to the head in between, exactly those of the head. */
import type { SeriesRef } from '@jaegis/model';
import { type Rng, seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { Head } from '../head/head.ts';
import { rowOf, SeriesTable } from '../head/series-table.ts';
import { emptyTally, noLimits } from '../head/tally.ts';
import { FrozenHead } from './frozen-head.ts';
import { chunkUse, ExtractBuilder, type HeadExtract } from './head-extract.ts';
import type { Samples } from './join-samples.ts';
import { SampleReceiver, SampleSender } from './kept-samples.ts';

const second = 1_000;

interface Ends {
  readonly head: Head;
  readonly sender: SampleSender;
  readonly receiver: SampleReceiver;
}

function begin(limit: number): Ends {
  const head = new Head(new SeriesTable());
  return { head, sender: new SampleSender(head, limit), receiver: new SampleReceiver() };
}

function add(head: Head, name: string): SeriesRef {
  const ref = head.series.add({ __name__: 'm', i: name })!;
  head.reserve();
  return ref;
}

function append(head: Head, ref: SeriesRef, times: readonly number[], value: (time: number) => number): void {
  head.apply(
    {
      refs: new Uint32Array(times.length).fill(ref),
      timestamps: Float64Array.from(times),
      values: Float64Array.from(times, value),
      length: times.length,
    },
    noLimits,
    emptyTally(),
  );
}

/** Asks for ranges one after the other in one question; `between` runs before each but the first. */
function ask(
  ends: Ends,
  refs: readonly SeriesRef[],
  ranges: readonly { from: number; to: number }[],
  between = () => {},
) {
  const { head, sender, receiver } = ends;
  const round = sender.begin();
  const builders = ranges.map((range, i) => {
    if (i > 0) between();
    const builder = new ExtractBuilder(refs.length);
    for (const ref of refs) if (head.series.isLive(ref)) round.row(builder, rowOf(ref), range);
    return builder;
  });
  const extracts: HeadExtract[] = builders.map((builder) => structuredClone(builder.finish(head.series)));
  round.commit();
  if (round.isFirst) receiver.forget();
  const kept = receiver.takeAll(extracts);
  const heads = extracts.map((extract, i) => new FrozenHead(extract, undefined, kept[i]));
  return { extracts, heads };
}

function check(head: Head, frozen: FrozenHead, { from, to }: { from: number; to: number }): void {
  const found = new Map(frozen.match().map((row) => [frozen.ref(row), row]));
  for (const ref of head.series.refs.subarray(0, head.series.end)) {
    if (ref === 0) continue;
    const own = head.read(rowOf(ref), from, to);
    const row = found.get(ref);
    const given = row === undefined ? { timestamps: [], values: [] } : frozen.read(row, from, to);
    // As texts: comparing arrays item by item takes most of the time of the test.
    expect(given.timestamps.join()).toBe(own.timestamps.join());
    expect(given.values.join()).toBe(own.values.join());
    if (row === undefined) continue;
    checkCourse(frozen.whole(row, { from, to }));
    expect(frozen.estimate(row, from, to)).toBeGreaterThanOrEqual(own.timestamps.length);
    const newest = head.read(rowOf(ref), Number.NEGATIVE_INFINITY, to).timestamps.at(-1)!;
    if (own.timestamps.length > 0) expect(frozen.lastAt(row)).toBeGreaterThanOrEqual(newest);
  }
}

/** What is told of the values is true. */
function checkCourse(samples: Samples | undefined): void {
  if (samples?.course === undefined) return;
  const { values } = samples;
  expect(values.some(Number.isNaN)).toBe(false);
  if (samples.course === 'rising') expect(values.some((value, i) => i > 0 && value < values[i - 1]!)).toBe(false);
}

/** Something that happens to a head. */
function happen(rng: Rng, head: Head, refs: SeriesRef[], now: number): void {
  const at = rng.int(0, refs.length - 1);
  const ref = refs[at]!;
  const row = rowOf(ref);
  const what = rng.int(0, 30);
  if (what === 0) head.dropBefore(row, now - rng.int(0, 2_000) * second);
  else if (what === 1) head.clear(row);
  else if (what === 2) head.closeBuffer(row);
  else if (what === 3) head.compact();
  else if (what === 4) {
    const to = now - rng.int(0, 1_000) * second;
    head.cutBefore(row, to, { count: head.read(row, Number.NEGATIVE_INFINITY, to - 1).timestamps.length });
  } else if (what === 5) {
    head.clear(row);
    head.series.remove([row]);
    refs[at] = add(head, `${rng.int(0, 1e9)}`);
  } else if (what < 10) append(head, ref, [now - rng.int(0, 1_500) * second - 500], () => rng.int(0, 100));
  else {
    // Other values after a clear than before it: what was kept would show.
    const times = Array.from({ length: rng.int(1, 60) }, (_, i) => now - (60 - i) * second);
    append(head, ref, times, rng.chance(0.5) ? (time) => time : () => rng.int(0, 1_000) / 8);
  }
}

describe('samples that another thread keeps', () => {
  test.each([
    [1, 1e9],
    [3, 3_000],
    [4, 400],
  ])('are those of the head, life %i with room for %i', (seed, limit) => {
    const rng = seededRng(seed);
    const ends = begin(limit);
    const { head } = ends;
    const refs = Array.from({ length: 8 }, (_, i) => add(head, `${i}`));
    let now = 1e12;
    let rounds = 0;
    for (let step = 0; step < 500; step++) {
      now += rng.int(1, 60) * second;
      happen(rng, head, refs, now);
      if (!rng.chance(0.4)) continue;
      const range = () => {
        const to = now - (rng.chance(0.6) ? 0 : rng.int(0, 2_000) * second);
        return { from: to - rng.int(0, 2_500) * second, to };
      };
      const ranges = rng.chance(0.3) ? [range(), range()] : [range()];
      const { heads } = ask(ends, refs, ranges);
      for (const [i, frozen] of heads.entries()) check(head, frozen, ranges[i]!);
      if (rng.chance(0.1)) ends.sender.begin().row(new ExtractBuilder(1), rowOf(refs[0]!), range());
      rounds++;
    }
    expect(rounds).toBeGreaterThan(150);
    expect(ends.sender.samples).toBeLessThan(limit * 1.5 + 1);
  });

  test('go over once, and then only what has come since', () => {
    const ends = begin(1e6);
    const ref = add(ends.head, 'one');
    const times = (from: number, count: number) => Array.from({ length: count }, (_, i) => (from + i) * second);
    const all = { from: 0, to: 1e9 };
    const sent = (range = all) => {
      const { extracts, heads } = ask(ends, [ref], [range]);
      check(ends.head, heads[0]!, range);
      return extracts[0]!.counts.subarray(0, extracts[0]!.chunkEnds[0]).reduce((sum, count) => sum + count, 0);
    };
    append(ends.head, ref, times(1, 400), (time) => time % 7);
    expect(sent()).toBeGreaterThan(360);
    expect(sent()).toBe(0);
    expect(sent({ from: 100 * second, to: 200 * second })).toBe(0);
    append(ends.head, ref, times(401, 60), (time) => time % 7);
    const more = sent();
    expect(more).toBeGreaterThan(24);
    expect(more).toBeLessThan(240);
    expect(sent()).toBe(0);
    // A late sample among what is kept makes all of it new.
    append(ends.head, ref, [5 * second + 1], () => 1);
    expect(sent()).toBeGreaterThan(400);
    expect(sent()).toBe(0);
  });

  test('are none of a series that has open ones only', () => {
    const ends = begin(1e6);
    const ref = add(ends.head, 'one');
    append(ends.head, ref, [1 * second, 2 * second], (time) => time);
    const all = { from: 0, to: 1e9 };
    const { extracts, heads } = ask(ends, [ref], [all]);
    check(ends.head, heads[0]!, all);
    expect(extracts[0]!.uses[0]).toBe(chunkUse.once);
    expect(ends.sender.samples).toBe(0);
  });

  test('may become more while a question is put together', () => {
    const ends = begin(1e6);
    const ref = add(ends.head, 'one');
    const times = (from: number, count: number) => Array.from({ length: count }, (_, i) => (from + i) * second);
    append(ends.head, ref, times(1, 100), (time) => time);
    const before = ends.head.read(rowOf(ref), 0, 1e9);
    const all = { from: 0, to: 1e9 };
    const { heads } = ask(ends, [ref], [all, all], () => {
      append(ends.head, ref, times(101, 100), (time) => time);
      append(ends.head, ref, [95 * second + 1], () => 7);
    });
    expect(heads[0]!.read(0, 0, 1e9)).toEqual(before);
    check(ends.head, heads[1]!, all);
  });

  test.each([
    ['rising', [], 'rising'],
    ['lower in what is kept', [100], 'numbers'],
    ['lower where what came later begins', [201], 'numbers'],
    ['lower among open ones', [399], 'numbers'],
    ['not a number in what is kept', [-50], undefined],
    ['not a number among open ones', [-399], undefined],
  ] as const)('tell how their values go: %s', (_name, special, course) => {
    const ends = begin(1e6);
    const ref = add(ends.head, 'one');
    const all = { from: 0, to: 1e9 };
    const value = (time: number): number => {
      const at = time / second;
      if ((special as readonly number[]).includes(-at)) return Number.NaN;
      return (special as readonly number[]).includes(at) ? 0.5 : Math.ceil(at / 2);
    };
    const times = (from: number) => Array.from({ length: 200 }, (_, i) => (from + i) * second);
    append(ends.head, ref, times(1), value);
    ask(ends, [ref], [all]);
    append(ends.head, ref, times(201), value);
    const { heads } = ask(ends, [ref], [all]);
    const row = heads[0]!.match()[0]!;
    expect(heads[0]!.whole(row, all)?.values).toHaveLength(400);
    expect(heads[0]!.whole(row, all)?.course).toBe(course);
  });

  test('of series with the same times share these', () => {
    const ends = begin(1e6);
    const refs = ['a', 'b', 'c'].map((name) => add(ends.head, name));
    const times = Array.from({ length: 200 }, (_, i) => (i + 1) * second);
    for (const ref of refs) append(ends.head, ref, times, (time) => time + ref);
    const { extracts } = ask(ends, refs, [{ from: 0, to: 1e9 }]);
    const kept = new SampleReceiver().takeAll(extracts)[0]!;
    expect(kept[1]!.timestamps).toBe(kept[0]!.timestamps);
    expect(kept[2]!.timestamps).toBe(kept[0]!.timestamps);
    expect(kept[1]!.values).not.toBe(kept[0]!.values);
  });
});

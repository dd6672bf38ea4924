/**
 * Which series of a block fit a set of matchers: for each matcher the sorted union of the lists of the values that fit
 * (or, where a missing label fits too, all but the union of those that do not), shortest first, intersected.
 */
import type { Labels } from '@jaegis/model';
import type { MatcherTest } from '../select/match-series.ts';
import { type Block, type BlockSeries, seriesBytes } from './block.ts';
import type { PostingPlace } from './block-dictionary.ts';
import { guarded } from './read-chunk.ts';

/** A series of a block that was found, with what questions want to know of it. */
export interface FoundInBlock {
  readonly series: BlockSeries;
  readonly labels: Labels;
  /** Of its labels, equal wherever they are (`keyOf`). */
  readonly key: string;
}

/** A longer list is made anew each time: it would push all else out of the cache. */
const longestKept = 10_000;

/**
 * The series that fit all tests, in the order of the block. Kept under `name`, which says what the tests are: a dashboard
 * asks the same again and again. `onDamage` is told of what cannot be read, which is left out.
 */
export function findInBlock(
  block: Block,
  of: { name: string; tests: readonly MatcherTest[] },
  onDamage: (message: string) => void,
): readonly FoundInBlock[] {
  const key = `found/${of.name}`;
  const known = block.kept<FoundInBlock[]>(key);
  if (known !== undefined) return known;
  let isWhole = true;
  const report = (message: string): void => {
    isWhole = false;
    onDamage(message);
  };
  const found: FoundInBlock[] = [];
  let bytes = 2 * key.length + 100;
  for (const id of guarded(block, report, () => matchBlock(block, of.tests)) ?? []) {
    const each = guarded(block, report, () => {
      const series = block.series(id);
      return { series, labels: block.labels(series), key: block.labelsKey(series) };
    });
    if (each === undefined) continue;
    found.push(each);
    bytes += 50 + seriesBytes(each.series);
  }
  if (isWhole && found.length <= longestKept) block.keep(key, found, bytes);
  return found;
}

/** Numbers of the series that fit all tests, rising. */
export function matchBlock(block: Block, tests: readonly MatcherTest[]): Uint32Array {
  const { dictionary } = block;
  const wanted: PostingPlace[][] = [];
  const unwanted: PostingPlace[][] = [];
  for (const test of tests) {
    const name = dictionary.ids.get(test.name);
    const values = name === undefined ? undefined : dictionary.names.get(name);
    if (values === undefined) {
      if (!test.fitsMissing) return new Uint32Array(0);
      continue;
    }
    const fits = (place: PostingPlace): boolean => test.fits(dictionary.text(place.value));
    if (test.fitsMissing) unwanted.push([...values.values()].filter((place) => !fits(place)));
    else if (test.values === undefined) wanted.push([...values.values()].filter(fits));
    else wanted.push(placesOf(test.values, dictionary.ids, values));
  }
  wanted.sort((a, b) => total(a) - total(b));
  let found: Uint32Array | undefined;
  for (const places of wanted) {
    const union = unionOf(block, places);
    found = found === undefined ? union : keep(found, marksOf(union, dictionary.series), 1);
    if (found.length === 0) return found;
  }
  found ??= Uint32Array.from({ length: dictionary.series }, (_, id) => id);
  for (const places of unwanted)
    if (places.length > 0) found = keep(found, marksOf(unionOf(block, places), dictionary.series), 0);
  return found;
}

function placesOf(
  values: readonly string[],
  ids: ReadonlyMap<string, number>,
  places: ReadonlyMap<number, PostingPlace>,
): PostingPlace[] {
  const found = new Set<PostingPlace>();
  for (const value of values) {
    const id = ids.get(value);
    const place = id === undefined ? undefined : places.get(id);
    if (place !== undefined) found.add(place);
  }
  return [...found];
}

function total(places: readonly PostingPlace[]): number {
  return places.reduce((sum, place) => sum + place.count, 0);
}

/** A series carries a name once, so lists of one name have nothing in common. */
function unionOf(block: Block, places: readonly PostingPlace[]): Uint32Array {
  if (places.length === 1) return block.posting(places[0]!);
  const result = new Uint32Array(total(places));
  let at = 0;
  for (const place of places) {
    const list = block.posting(place);
    result.set(list, at);
    at += list.length;
  }
  return result.sort();
}

function marksOf(ids: Uint32Array, series: number): Uint8Array {
  const marks = new Uint8Array(series);
  for (const id of ids) marks[id] = 1;
  return marks;
}

function keep(ids: Uint32Array, marks: Uint8Array, wanted: 0 | 1): Uint32Array {
  return ids.filter((id) => marks[id] === wanted);
}

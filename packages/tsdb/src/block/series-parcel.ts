/**
 * Labels of the series that a cut takes, on their way to whoever writes the block, and the order of a block
 * (block-file.ts) made of them there. Texts go over once each; sorting compares their ranks, so that each text is
 * compared in one sort only. A merge sort, so that others can have their turn in between.
 */
import { grown } from '../head/grown.ts';
import type { Head } from '../head/head.ts';
import { TextPlaces } from '../head/text-places.ts';
import type { LabelPairs } from './block-file.ts';

/** Series by their place, 0..count - 1. */
export interface SeriesParcel {
  readonly count: number;
  /** Where the words of each series end. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Places of name and value in `texts`, in turn. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly texts: readonly string[];
}

export interface PackedRows {
  /** By place. */
  readonly rows: Uint32Array;
  readonly refs: Uint32Array;
  readonly labels: SeriesParcel;
}

/** Rows that are looked at in one go: about a millisecond. */
const rowsAtOnce = 2_000;

/** The rows of the head that have samples before a time, with their labels. */
export async function packRows(head: Head, before: number, pause: () => Promise<void>): Promise<PackedRows> {
  const { series } = head;
  const texts = new TextPlaces(series.symbols);
  let rows = new Uint32Array(1_024);
  let refs = new Uint32Array(1_024);
  let ends = new Uint32Array(1_024);
  let words = new Uint32Array(16_384);
  let count = 0;
  let used = 0;
  const word = (symbol: number): void => {
    if (used === words.length) words = grown(words, new Uint32Array(used * 2));
    words[used++] = texts.placeOf(symbol);
  };
  for (let row = 0; row < series.end; row++) {
    if (row % rowsAtOnce === rowsAtOnce - 1) await pause();
    if (series.refs[row] === 0 || head.firstAt(row) >= before) continue;
    if (count === rows.length) {
      rows = grown(rows, new Uint32Array(count * 2));
      refs = grown(refs, new Uint32Array(count * 2));
      ends = grown(ends, new Uint32Array(count * 2));
    }
    series.forEachPair(row, (name, value) => {
      word(name);
      word(value);
    });
    rows[count] = row;
    refs[count] = series.refs[row]!;
    ends[count++] = used;
  }
  return { rows, refs, labels: { count, ends, words, texts: texts.texts } };
}

/** The labels of a parcel in the order of a block. */
export class OrderedSeries {
  /** By rank: the metric's name first, then as texts compare. */
  readonly #texts: string[];
  readonly #parcel: SeriesParcel;
  /** Places in the order of a block. */
  readonly order: Uint32Array<ArrayBuffer>;

  static async of(parcel: SeriesParcel, pause: () => Promise<void>): Promise<OrderedSeries> {
    const order = Uint32Array.from({ length: parcel.count }, (_, place) => place);
    const ordered = new OrderedSeries(parcel, order);
    for (let place = 0; place < parcel.count; place++) {
      ordered.#sortPairs(place);
      if (place % rowsAtOnce === rowsAtOnce - 1) await pause();
    }
    await sortInRuns(order, (a, b) => ordered.#compare(a, b), pause);
    return ordered;
  }

  private constructor(parcel: SeriesParcel, order: Uint32Array<ArrayBuffer>) {
    const { texts, words, ends, count } = parcel;
    const rank = (text: string): number => (text === '__name__' ? 0 : 1);
    const byRank = Array.from(texts, (_, place) => place).sort((a, b) => {
      const [left, right] = [texts[a]!, texts[b]!];
      return rank(left) - rank(right) || (left < right ? -1 : left > right ? 1 : 0);
    });
    const ranks = new Uint32Array(texts.length);
    // A text that has two places has one rank.
    for (let i = 0, at = 0; i < byRank.length; i++) {
      if (i > 0 && texts[byRank[i]!] !== texts[byRank[i - 1]!]) at = i;
      ranks[byRank[i]!] = at;
    }
    const used = count === 0 ? 0 : ends[count - 1]!;
    for (let i = 0; i < used; i++) words[i] = ranks[words[i]!]!;
    this.#texts = byRank.map((place) => texts[place]!);
    this.#parcel = parcel;
    this.order = order;
  }

  pairs(place: number): LabelPairs {
    const { ends, words } = this.#parcel;
    const result: [string, string][] = [];
    for (let i = this.#first(place); i < ends[place]!; i += 2)
      result.push([this.#texts[words[i]!]!, this.#texts[words[i + 1]!]!]);
    return result;
  }

  #first(place: number): number {
    return place === 0 ? 0 : this.#parcel.ends[place - 1]!;
  }

  /** Puts the pairs of a series in the order of their names: an insertion sort, for they are few and nearly sorted. */
  #sortPairs(place: number): void {
    const { ends, words } = this.#parcel;
    const first = this.#first(place);
    for (let i = first + 2; i < ends[place]!; i += 2) {
      const [name, value] = [words[i]!, words[i + 1]!];
      let at = i;
      for (; at > first && words[at - 2]! > name; at -= 2) {
        words[at] = words[at - 2]!;
        words[at + 1] = words[at - 1]!;
      }
      words[at] = name;
      words[at + 1] = value;
    }
  }

  #compare(a: number, b: number): number {
    const { ends, words } = this.#parcel;
    let [i, j] = [this.#first(a), this.#first(b)];
    const [endA, endB] = [ends[a]!, ends[b]!];
    for (; i < endA && j < endB; i++, j++) if (words[i] !== words[j]) return words[i]! - words[j]!;
    return endA - i - (endB - j);
  }
}

/** Sorts in place: short runs, then runs of runs. */
async function sortInRuns(
  values: Uint32Array,
  compare: (a: number, b: number) => number,
  pause: () => Promise<void>,
): Promise<void> {
  for (let from = 0; from < values.length; from += rowsAtOnce) {
    values.subarray(from, from + rowsAtOnce).sort(compare);
    await pause();
  }
  let source = values;
  let target: Uint32Array = new Uint32Array(values.length);
  let merged = 0;
  for (let length = rowsAtOnce; length < values.length; length *= 2) {
    for (let from = 0; from < values.length; from += 2 * length) {
      const middle = Math.min(from + length, values.length);
      const end = Math.min(from + 2 * length, values.length);
      let [left, right] = [from, middle];
      for (let at = from; at < end; at++) {
        const takesLeft = left < middle && (right === end || compare(source[left]!, source[right]!) <= 0);
        target[at] = takesLeft ? source[left++]! : source[right++]!;
        if (++merged % rowsAtOnce === 0) await pause();
      }
    }
    [source, target] = [target, source];
  }
  if (source !== values) values.set(source);
}

/**
 * Labels of series on their way to another thread. A ref means the same series for the life of a process, so each goes over
 * once; the texts of a parcel go over once each, for series share most of them. When the receiver would keep too many,
 * it is told to forget them all and to begin again.
 */
import type { Labels, SeriesRef } from '@jaegis/model';
import { keyOf } from '../block/block-file.ts';
import { grown } from '../head/grown.ts';
import { rowOf, type SeriesTable } from '../head/series-table.ts';
import { TextPlaces } from '../head/text-places.ts';
import type { HeadExtract } from './head-extract.ts';

export interface LabelParcel {
  /** Forget what was known before. */
  readonly isFirst: boolean;
  readonly refs: Uint32Array;
  readonly texts: readonly string[];
  /** For each ref the number of its pairs, and the places of name and value in `texts`. */
  readonly words: Uint32Array;
}

/** Some 50 MB of labels. */
const defaultLimit = 100_000;

export class LabelSender {
  readonly #series: SeriesTable;
  readonly #limit: number;
  #sent = new Uint32Array(0);
  #count = Number.POSITIVE_INFINITY;

  constructor(series: SeriesTable, limit = defaultLimit) {
    this.#series = series;
    this.#limit = limit;
  }

  /** What the receiver does not know yet of the series of these extracts, all of which must be there. */
  pack(extracts: readonly HeadExtract[]): LabelParcel {
    const total = extracts.reduce((sum, { series }) => sum + series, 0);
    const isFirst = this.#count + total > this.#limit;
    if (isFirst) {
      this.#sent = new Uint32Array(this.#series.refs.length);
      this.#count = 0;
    } else if (this.#sent.length < this.#series.refs.length) {
      this.#sent = grown(this.#sent, new Uint32Array(this.#series.refs.length));
    }
    const texts = new TextPlaces(this.#series.symbols);
    const refs: SeriesRef[] = [];
    const words: number[] = [];
    for (const extract of extracts) {
      for (let i = 0; i < extract.series; i++) {
        const ref = extract.refs[i]!;
        const row = rowOf(ref);
        if (ref === 0 || this.#sent[row] === ref) continue;
        this.#sent[row] = ref;
        refs.push(ref);
        const start = words.push(0) - 1;
        this.#series.forEachPair(row, (name, value) => words.push(texts.placeOf(name), texts.placeOf(value)));
        words[start] = (words.length - start - 1) / 2;
      }
    }
    this.#count += refs.length;
    return { isFirst, refs: Uint32Array.from(refs), texts: texts.texts, words: Uint32Array.from(words) };
  }
}

export class LabelReceiver {
  readonly #labels = new Map<SeriesRef, Labels>();
  /** Made when they are asked for, which takes blocks that have samples too. */
  readonly #keys = new Map<SeriesRef, string>();

  take(parcel: LabelParcel): void {
    const { refs, texts, words } = parcel;
    if (parcel.isFirst) {
      this.#labels.clear();
      this.#keys.clear();
    }
    let at = 0;
    for (const ref of refs) {
      const labels: Record<string, string> = {};
      const end = at + 1 + 2 * words[at]!;
      for (at++; at < end; at += 2) labels[texts[words[at]!]!] = texts[words[at + 1]!]!;
      this.#labels.set(ref, labels);
    }
  }

  get(ref: SeriesRef): Labels {
    const labels = this.#labels.get(ref);
    if (labels === undefined) throw new Error(`BUG: labels of series ${ref} were never sent`);
    return labels;
  }

  /** The `keyOf` of its labels. */
  key(ref: SeriesRef): string {
    let key = this.#keys.get(ref);
    if (key === undefined) {
      key = keyOf(this.get(ref));
      this.#keys.set(ref, key);
    }
    return key;
  }
}

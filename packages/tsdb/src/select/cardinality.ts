/** What makes the head large: which metrics, labels and pairs have the most series and values. One walk over the index. */
import type { SeriesTable } from '../head/series-table.ts';

export interface Counted {
  readonly name: string;
  readonly value: number;
}

export interface Cardinality {
  /** Pairs of a label and a value that are in use. */
  readonly labelPairs: number;
  /** Each the largest first. */
  readonly seriesByMetric: readonly Counted[];
  readonly valuesByLabel: readonly Counted[];
  /** Characters of all values of a label. */
  readonly bytesByLabel: readonly Counted[];
  readonly seriesByPair: readonly Counted[];
}

export function cardinalityOf({ postings, symbols }: SeriesTable, top: number): Cardinality {
  const [metrics, values, bytes, pairs] = [new Largest(top), new Largest(top), new Largest(top), new Largest(top)];
  let labelPairs = 0;
  for (const nameId of postings.names()) {
    const name = symbols.text(nameId);
    let characters = 0;
    for (const valueId of postings.values(nameId)) {
      const value = symbols.text(valueId);
      const series = postings.count(nameId, valueId);
      characters += value.length;
      pairs.add(series, () => `${name}=${value}`);
      if (name === '__name__') metrics.add(series, () => value);
    }
    const count = postings.valueCount(nameId);
    labelPairs += count;
    values.add(count, () => name);
    bytes.add(characters, () => name);
  }
  return {
    labelPairs,
    seriesByMetric: metrics.list(),
    valuesByLabel: values.list(),
    bytesByLabel: bytes.list(),
    seriesByPair: pairs.list(),
  };
}

/** The largest few of many. Names are only made of what may be among them. */
class Largest {
  readonly #count: number;
  #found: Counted[] = [];
  #least = 0;

  constructor(count: number) {
    this.#count = count;
  }

  add(value: number, nameOf: () => string): void {
    if (value <= this.#least) return;
    this.#found.push({ name: nameOf(), value });
    if (this.#found.length < 2 * this.#count) return;
    this.#found = this.list();
    this.#least = this.#found.at(-1)!.value;
  }

  list(): Counted[] {
    return this.#found.sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1)).slice(0, this.#count);
  }
}

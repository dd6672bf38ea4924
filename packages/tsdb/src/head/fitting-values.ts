/**
 * Which values of a label fit a test, kept from one question to the next: a dashboard asks with the same regular expressions
 * again and again, and trying one on ten thousand values takes longer than all else that finding the series does. Values that
 * came since are tried when they are asked for; when one went, all are tried anew. Bounded: what was asked last stays.
 */
import { LruCache } from '../block/lru-cache.ts';
import type { Postings } from './postings.ts';

const limitBytes = 4 * 2 ** 20;

interface Known {
  readonly values: number[];
  /** How many values were tried, and after how many removals. */
  tried: number;
  readonly removals: number;
}

export class FittingValues {
  readonly #postings: Postings;
  readonly #known = new LruCache<string, Known>(limitBytes);

  constructor(postings: Postings) {
    this.#postings = postings;
  }

  /** The values of the label `name` that `fits` says yes to. `test` names it: equal for tests that say the same. */
  of(name: number, test: string, fits: (value: number) => boolean): readonly number[] {
    const { removals } = this.#postings;
    const key = `${name} ${test}`;
    const kept = this.#known.get(key);
    const known: Known = kept?.removals === removals ? kept : { values: [], tried: 0, removals };
    if (known !== kept || known.tried < this.#postings.valueCount(name)) {
      let at = 0;
      for (const value of this.#postings.values(name)) if (at++ >= known.tried && fits(value)) known.values.push(value);
      known.tried = at;
      this.#known.set(key, known, 2 * key.length + 8 * known.values.length + 200);
    }
    return known.values;
  }
}

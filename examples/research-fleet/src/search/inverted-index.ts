/**
 * Full-text search by Okapi BM25 (Robertson and Zaragoza 2009) over an inverted index held in memory:
 * score = sum over query terms of idf(t) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / meanLength)).
 * Titles count three times. Good for words that are rare in the corpus; bad at synonyms, which it does not know.
 */
import { tokenize } from './tokenize.ts';

export interface SearchHit {
  readonly id: string;
  readonly score: number;
}

interface Posting {
  readonly document: number;
  readonly count: number;
}

const k1 = 1.2;
const b = 0.75;
const titleWeight = 3;

export class InvertedIndex {
  readonly #postings = new Map<string, Posting[]>();
  readonly #lengths: number[] = [];
  readonly #ids: string[] = [];
  #meanLength = 0;

  constructor(documents: Iterable<{ readonly id: string; readonly title: string; readonly text: string }>) {
    let total = 0;
    for (const document of documents) {
      const number = this.#ids.push(document.id) - 1;
      const counts = new Map<string, number>();
      const body = tokenize(document.text);
      for (const term of body) counts.set(term, (counts.get(term) ?? 0) + 1);
      for (const term of tokenize(document.title)) counts.set(term, (counts.get(term) ?? 0) + titleWeight);
      for (const [term, count] of counts) {
        const list = this.#postings.get(term);
        if (list === undefined) this.#postings.set(term, [{ document: number, count }]);
        else list.push({ document: number, count });
      }
      this.#lengths.push(body.length);
      total += body.length;
    }
    this.#meanLength = this.#ids.length === 0 ? 1 : total / this.#ids.length;
  }

  get documents(): number {
    return this.#ids.length;
  }

  get terms(): number {
    return this.#postings.size;
  }

  /** How telling a term is: ln(1 + (N - n + 0.5) / (n + 0.5)), always positive; highest for a term that no document has. */
  idf(term: string): number {
    const found = this.#postings.get(term)?.length ?? 0;
    return Math.log(1 + (this.#ids.length - found + 0.5) / (found + 0.5));
  }

  /** The best `limit` documents, best first; equal scores in order of document. Empty when no term is known. */
  search(query: string, limit = 5): SearchHit[] {
    const scores = new Map<number, number>();
    for (const term of new Set(tokenize(query))) {
      const postings = this.#postings.get(term);
      if (postings === undefined) continue;
      const idf = this.idf(term);
      for (const { document, count } of postings) {
        const norm = k1 * (1 - b + (b * this.#lengths[document]!) / this.#meanLength);
        scores.set(document, (scores.get(document) ?? 0) + (idf * count * (k1 + 1)) / (count + norm));
      }
    }
    return [...scores]
      .sort((x, y) => y[1] - x[1] || x[0] - y[0])
      .slice(0, limit)
      .map(([document, score]) => ({ id: this.#ids[document]!, score }));
  }
}

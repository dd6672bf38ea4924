import { describe, expect, test } from 'vitest';
import { writeCorpus } from '../corpus/corpus.ts';
import { InvertedIndex } from './inverted-index.ts';

const pages = [
  { id: 'a', title: 'Lighthouses', text: 'Lighthouses warn ships. A lamp turns at night.' },
  { id: 'b', title: 'Ferries', text: 'Ferries carry people. Ships and ferries share the harbour with other ships.' },
  { id: 'c', title: 'Bread', text: 'Bread needs flour, water and time.' },
];

describe('search', () => {
  test('finds by title and text, best first', () => {
    const index = new InvertedIndex(pages);
    expect(index.search('ferry in the harbour').map((hit) => hit.id)).toEqual(['b']);
    expect(index.search('ships').map((hit) => hit.id)).toEqual(['b', 'a']);
    expect(index.search('bread')[0]!.id).toBe('c');
  });

  test('scores as the formula says', () => {
    const index = new InvertedIndex([
      { id: 'x', title: '', text: 'copper copper rope' },
      { id: 'y', title: '', text: 'salt' },
    ]);
    // idf = ln(1 + 1.5/1.5); norm = 1.2 * (0.25 + 0.75 * 3/2); tf part = 2 * 2.2 / (2 + norm)
    const expected = (Math.log(2) * 2 * 2.2) / (2 + 1.2 * (0.25 + (0.75 * 3) / 2));
    expect(index.search('copper')[0]!.score).toBeCloseTo(expected, 12);
  });

  test('knows nothing of unknown words, stop words and an empty query', () => {
    const index = new InvertedIndex(pages);
    expect(index.search('zeppelin')).toEqual([]);
    expect(index.search('what is the of')).toEqual([]);
    expect(index.search('')).toEqual([]);
    expect(new InvertedIndex([]).search('bread')).toEqual([]);
  });

  test('puts the article about a subject first, for every subject of the library', () => {
    const articles = writeCorpus();
    const index = new InvertedIndex(articles);
    for (const article of articles) {
      const subject = article.title.split(',')[0]!;
      expect(index.search(`What is the greatest threat to ${subject}?`)[0]!.id).toBe(article.id);
    }
  });
});

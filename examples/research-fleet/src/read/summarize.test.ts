import { expect, test } from 'vitest';
import { writeCorpus } from '../corpus/corpus.ts';
import { InvertedIndex } from '../search/inverted-index.ts';
import { summarize } from './summarize.ts';

const source = {
  id: 's1',
  title: 'Harbours',
  text: 'A harbour shelters ships from storms. Storms damage ships outside the harbour. The harbour master keeps a log of storms. Bread is baked at noon. Storms damage ships outside the harbour.',
};

test('keeps what the others agree with, in the order of the source, nothing twice', () => {
  const texts = summarize('What do storms do?', [source], 2).map((sentence) => sentence.text);
  expect(texts).toContain('Storms damage ships outside the harbour.');
  expect(texts).not.toContain('Bread is baked at noon.');
  expect(new Set(texts).size).toBe(2);
});

test('the question decides what is kept', () => {
  expect(summarize('When is bread baked?', [source], 1)[0]!.text).toBe('Bread is baked at noon.');
});

test('nothing to read gives nothing, a question without words still gives the core', () => {
  expect(summarize('What?', [])).toEqual([]);
  expect(summarize('', [source], 1)).toHaveLength(1);
  expect(summarize('storms', [{ id: 'x', title: '', text: '' }])).toEqual([]);
});

test('finds the threat sentences of an article of the library', () => {
  const articles = writeCorpus();
  const index = new InvertedIndex(articles);
  const about = articles.find((article) => article.text.includes('The greatest threat to'))!;
  const question = `What is the greatest threat to ${about.title.split(',')[0]}?`;
  const hits = index.search(question, 4).map((hit) => articles.find((article) => article.id === hit.id)!);
  const [...sentences] = summarize(question, hits, 4);
  expect(sentences.some((sentence) => sentence.text.startsWith('The greatest threat to'))).toBe(true);
});

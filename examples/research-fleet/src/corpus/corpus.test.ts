import { describe, expect, test } from 'vitest';
import { splitSentences, tokenize } from '../search/tokenize.ts';
import { questionStream, writeCorpus } from './corpus.ts';

describe('the library', () => {
  test('is the same for the same seed and another for another', () => {
    expect(writeCorpus({ seed: 1, count: 20 })).toEqual(writeCorpus({ seed: 1, count: 20 }));
    expect(writeCorpus({ seed: 2, count: 20 })).not.toEqual(writeCorpus({ seed: 1, count: 20 }));
  });

  test('has some hundred articles of real sentences with every blank filled in', () => {
    const articles = writeCorpus();
    expect(articles.length).toBe(320);
    expect(new Set(articles.map((article) => article.title)).size).toBe(320);
    for (const article of articles) {
      expect(article.text).not.toMatch(/[{}]|undefined/);
      const sentences = splitSentences(article.text);
      expect(sentences.length).toBeGreaterThanOrEqual(10);
      for (const sentence of sentences) expect(sentence).toMatch(/^\p{Lu}.*\.$/u);
    }
  });

  test('answers its own questions: every question names a subject of the library', () => {
    const text = writeCorpus()
      .map((article) => article.text)
      .join(' ');
    const terms = new Set(tokenize(text));
    const next = questionStream({ seed: 3 });
    for (let i = 0; i < 50; i++) {
      const question = next();
      expect(question).toMatch(/^\p{Lu}.*\?$/u);
      expect(tokenize(question).some((term) => term.length > 6 && terms.has(term))).toBe(true);
    }
  });

  test('asks the same questions for the same seed', () => {
    const [a, b] = [questionStream({ seed: 5 }), questionStream({ seed: 5 })];
    expect([a(), a(), a()]).toEqual([b(), b(), b()]);
  });
});

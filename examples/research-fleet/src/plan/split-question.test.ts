import { expect, test } from 'vitest';
import { questionStream } from '../corpus/corpus.ts';
import { splitQuestion } from './split-question.ts';

const texts = (question: string) => splitQuestion(question).map((part) => part.text);

test('splits at commas and "and" before a question word', () => {
  expect(texts('What is vorlite used for, how does trade in vorlite work, and where does vorlite come from?')).toEqual([
    'What is vorlite used for?',
    'How does trade in vorlite work?',
    'Where does vorlite come from?',
  ]);
});

test('keeps "and" inside a clause', () => {
  expect(texts('What do bread and salt share?')).toEqual(['What do bread and salt share?']);
});

test('gives a clause with a pronoun its subject back', () => {
  expect(texts('Where does vorlite come from, and who uses it?')).toEqual([
    'Where does vorlite come from?',
    'Who uses it (vorlite)?',
  ]);
});

test('never makes more than three: the rest stays together', () => {
  expect(texts('What is a ferry, what is a lamp, what is rope, what is salt?')).toHaveLength(3);
});

test('an empty question has no parts', () => {
  expect(splitQuestion('')).toEqual([]);
  expect(splitQuestion('?? and , the')).toEqual([]);
});

test('splits what the load generator asks into one to three parts with keywords', () => {
  const next = questionStream({ seed: 11 });
  for (let i = 0; i < 200; i++) {
    const parts = splitQuestion(next());
    expect(parts.length).toBeGreaterThanOrEqual(2);
    expect(parts.length).toBeLessThanOrEqual(3);
    for (const part of parts) expect(part.keywords.length).toBeGreaterThan(0);
  }
});

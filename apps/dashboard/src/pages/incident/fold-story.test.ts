import { expect, test } from 'vitest';
import { foldStory } from './fold-story.ts';

test('what happened together for one reason is one entry, newest first', () => {
  const story = foldStory([
    { at: 1_000, what: 'reader-4 started', reason: 'ordered 2 more' },
    { at: 1_200, what: 'reader-5 started', reason: 'ordered 2 more' },
    { at: 9_000, what: 'reader-6 started', reason: 'ordered 2 more' },
    { at: 9_100, what: 'noted', reason: '' },
    { at: 9_200, what: 'noted again', reason: '' },
  ]);
  expect(story.map((entry) => [entry.what, entry.others])).toEqual([
    ['noted again', []],
    ['noted', []],
    ['reader-6 started', []],
    ['reader-5 started', ['reader-4 started']],
  ]);
});

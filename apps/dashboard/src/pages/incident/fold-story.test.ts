import { expect, test } from 'vitest';
import { foldStory } from './fold-story.ts';

test('what happened together for one reason is one entry, newest first', () => {
  const story = foldStory([
    { at: 1_000, what: 'reader-4 started', reason: 'ordered 2 more' },
    { at: 1_200, what: 'reader-5 started', reason: 'ordered 2 more' },
    { at: 200_000, what: 'reader-6 started', reason: 'ordered 2 more' },
    { at: 200_100, what: 'noted', reason: '' },
    { at: 200_200, what: 'noted again', reason: '' },
  ]);
  expect(story.map((entry) => [entry.what, entry.others])).toEqual([
    ['noted again', []],
    ['noted', []],
    ['reader-6 started', []],
    ['reader-5 started', ['reader-4 started']],
  ]);
});

test('agents that are lost one after the other are one entry', () => {
  const lost = [1, 2, 3].map((i) => ({
    at: i * 20_000,
    what: `writer-${i} is lost`,
    reason: `no heartbeat for ${90 + i} s (expected every 30 s)`,
  }));
  expect(foldStory(lost)).toMatchObject([
    { what: 'writer-3 is lost', others: ['writer-2 is lost', 'writer-1 is lost'] },
  ]);
});

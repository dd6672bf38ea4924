import { expect, test } from 'vitest';
import { MetadataBook } from './metadata-book.ts';

const counter = (name: string, help: string) => ({ name, type: 'counter' as const, help, unit: '' });

test('keeps different words of one metric, the newest first and only so many', () => {
  const book = new MetadataBook(10);
  book.add([
    counter('b', '1'),
    counter('a', 'x'),
    counter('b', '1'),
    ...['2', '3', '4', '5'].map((n) => counter('b', n)),
  ]);
  expect([...book.list().keys()]).toEqual(['a', 'b']);
  expect(
    book
      .list({ metric: 'b' })
      .get('b')!
      .map((each) => each.help),
  ).toEqual(['5', '4', '3', '2']);
  expect(book.list({ limit: 1, limitPerMetric: 1 })).toEqual(new Map([['a', [counter('a', 'x')]]]));
  expect(book.list({ metric: 'c' }).size).toBe(0);
});

test('takes no more metrics than it may, and counts the others', () => {
  const book = new MetadataBook(2);
  book.add([counter('a', ''), counter('b', ''), counter('c', ''), counter('', '')]);
  expect(book.stats()).toEqual({ metrics: 2, refused: 1 });
});

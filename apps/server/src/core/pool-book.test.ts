import { parseConfig } from '@jaegis/model';
import { memoryMetadata } from '@jaegis/store';
import { expect, test } from 'vitest';
import { accountUsage, PoolBook } from './pool-book.ts';

const noon = Date.UTC(2026, 0, 1, 12);

function bookOf(metadata = memoryMetadata()) {
  const parsed = parseConfig({ pools: [{ name: 'reader', cost: { per_replica_hour: 0.12 } }] });
  if (!parsed.ok) throw new Error(parsed.error);
  return { metadata, book: new PoolBook(parsed.config, metadata) };
}

test('replicas are paid by the time they run, from midnight on, and an absence is billed to nobody', () => {
  const entry = bookOf().book.get('reader')!;
  accountUsage(entry, 10, noon);
  expect(accountUsage(entry, 10, noon + 36_000)).toBeCloseTo(0.012);
  expect(accountUsage(entry, 10, noon + 36_000 + 3_600_000)).toBeCloseTo(0.012 + 0.12 * 10 * (60 / 3_600));
  expect(accountUsage(entry, 10, noon + 86_400_000)).toBe(0);
});

test('mode, learned state and usage survive a restart; what agents bring along is made', () => {
  const { metadata, book } = bookOf();
  const entry = book.get('reader')!;
  book.setMode(entry, 'recommend');
  entry.desired = 7;
  book.save(entry);
  const again = bookOf(metadata).book;
  expect(again.get('reader')).toMatchObject({ mode: 'recommend', desired: 7 });
  expect(again.ensure('brought')?.config).toBeUndefined();
  expect(again.list().map((each) => each.name)).toEqual(['reader', 'brought']);
});

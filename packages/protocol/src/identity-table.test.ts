import { describe, expect, test } from 'vitest';
import { type ByteRange, IdentityTable } from './identity-table.ts';

function range(text: string): ByteRange {
  const bytes = new TextEncoder().encode(text);
  return { bytes, view: new DataView(bytes.buffer), start: 0, end: bytes.length, hash: 0 };
}

function put(table: IdentityTable, text: string, payload: number): void {
  const at = range(text);
  if (table.find(1, 1, at) === 0) table.add(1, 1, at, payload);
}

describe('IdentityTable', () => {
  test('keeps 50,000 identities apart while it grows', () => {
    const table = new IdentityTable({ maxEntries: 200_000, maxBytes: 1e8 });
    for (let i = 1; i <= 50_000; i++) put(table, `series-${i}`, i);
    for (let i = 1; i <= 50_000; i++) expect(table.find(1, 1, range(`series-${i}`))).toBe(i);
    expect([table.size, table.dropped]).toEqual([50_000, 0]);
  });

  test('the same bytes under another parent or kind are another identity', () => {
    const table = new IdentityTable({ maxEntries: 100, maxBytes: 10_000 });
    put(table, 'x', 7);
    expect(table.find(2, 1, range('x'))).toBe(0);
    expect(table.find(1, 2, range('x'))).toBe(0);
    expect(table.find(1, 1, range('x'))).toBe(7);
  });

  test('a collision of hashes cannot make two identities one', () => {
    const table = new IdentityTable({ maxEntries: 100, maxBytes: 10_000 });
    const first = range('first');
    table.find(1, 1, first);
    table.add(1, 1, first, 1);
    // Stored as if it had the same hash: found only by its own bytes.
    const second = { ...range('other'), hash: first.hash };
    table.add(1, 1, second, 2);
    expect(table.find(1, 1, range('first'))).toBe(1);
  });

  test('what is used stays when room is short, what is not used goes and is counted', () => {
    const gone: number[] = [];
    const table = new IdentityTable({ maxEntries: 1_000, maxBytes: 1e6, onDrop: (payload) => gone.push(payload) });
    put(table, 'always used', 1);
    for (let i = 2; i < 5_000; i++) {
      put(table, `once-${i}`, i);
      if (i % 100 === 0) expect(table.find(1, 1, range('always used'))).toBe(1);
    }
    expect(table.size).toBeLessThanOrEqual(1_000);
    expect(table.dropped).toBe(gone.length);
    expect(gone).not.toContain(1);
    expect(table.bytes).toBeLessThan(20_000);
  });

  test('the bytes are bounded too, and one identity over the bound is not kept', () => {
    const table = new IdentityTable({ maxEntries: 1_000, maxBytes: 2_000 });
    for (let i = 1; i < 100; i++) put(table, `${i}-${'x'.repeat(100)}`, i);
    put(table, 'y'.repeat(5_000), 500);
    expect(table.bytes).toBeLessThanOrEqual(2_000);
    expect(table.find(1, 1, range('y'.repeat(5_000)))).toBe(0);
  });

  test('forgets by payload', () => {
    const table = new IdentityTable({ maxEntries: 100, maxBytes: 10_000 });
    put(table, 'a', 1);
    put(table, 'b', 2);
    table.forget((payload) => payload === 1);
    expect([table.find(1, 1, range('a')), table.find(1, 1, range('b'))]).toEqual([0, 2]);
    put(table, 'a', 3);
    expect(table.find(1, 1, range('a'))).toBe(3);
  });
});

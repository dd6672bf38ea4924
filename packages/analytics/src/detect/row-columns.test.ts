import { expect, test } from 'vitest';
import { RowColumns } from './row-columns.ts';

const spec = { a: ['f64', 1], b: ['u8', 3] } as const;

test('grows, keeps what is there and hands out freed rows', () => {
  const table = new RowColumns('t', spec);
  for (let i = 0; i < 100; i++) table.columns.a[table.add()] = i;
  expect(table.size).toBe(100);
  expect(table.columns.a[99]).toBe(99);
  table.remove(7);
  table.remove(7);
  table.remove(1_000);
  expect(table.size).toBe(99);
  expect(table.has(7)).toBe(false);
  expect(table.add()).toBe(7);
  expect(table.columns.a[7]).toBe(0);
});

test('comes back from its bytes with free rows, and not from those of another table', () => {
  const table = new RowColumns('t', spec);
  for (let i = 0; i < 40; i++) table.columns.b[table.add() * 3 + 2] = i;
  table.remove(5);
  const other = new RowColumns('t', spec);
  expect(other.fromBytes(table.toBytes())).toBe(true);
  expect(other.size).toBe(39);
  expect(other.has(5)).toBe(false);
  expect(other.columns.b[39 * 3 + 2]).toBe(39);
  expect(other.add()).toBe(5);
  expect(new RowColumns('u', spec).fromBytes(table.toBytes())).toBe(false);
  expect(new RowColumns('t', spec, 2).fromBytes(table.toBytes())).toBe(false);
});

test('costs what its columns cost', () => expect(new RowColumns('t', spec).bytesPerRow).toBe(12));

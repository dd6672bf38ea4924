import { expect, test } from 'vitest';
import { TableNotes } from './table-notes.ts';

const second = 1_000;

/** What is said of so many rows of these columns, a minute apart. */
function said(rows: number, columns: Record<string, (i: number) => number>, timeOf = (i: number) => i * 60 * second) {
  const notes = new TableNotes(Object.keys(columns));
  for (let i = 0; i < rows; i++)
    notes.see(
      timeOf(i),
      Float64Array.from(Object.values(columns), (each) => each(i)),
    );
  return notes.say();
}

const wave = (i: number) => Math.sin(i);

test('nothing is said of ordinary data, and little data is said to be little', () => {
  expect(said(100, { a: wave })).toEqual([]);
  expect(said(0, { a: wave })).toEqual(['it has no rows']);
  expect(said(1, { a: wave })).toEqual(['it has 1 rows, too few to learn from']);
});

test('columns that say nothing are named', () => {
  expect(said(50, { a: () => 5 })).toEqual(['it is constant']);
  expect(said(50, { a: () => 5, b: () => 0 })).toEqual(['it is constant']);
  expect(said(50, { a: () => Number.NaN, b: () => Number.NaN })).toEqual(['every value is missing']);
  expect(said(50, { a: wave, b: () => 5, c: () => Number.NaN })).toEqual([
    'every value of c is missing',
    'b is constant',
  ]);
});

test('wild values and restarts of counters are counted', () => {
  const notes = said(400, {
    a: (i) => (i === 200 ? 1e300 : i === 201 ? Number.POSITIVE_INFINITY : wave(i)),
    total: (i) => i % 100,
  });
  expect(notes).toEqual([
    'total is a counter that restarts 3 times',
    '1 infinite values were read as missing',
    '1 values are 1000000000000 times larger than usual',
  ]);
});

test('time that goes back, and rows that come at another distance from some row on', () => {
  expect(said(100, { a: wave }, (i) => (i < 50 ? i : i - 10) * second)).toEqual(['time goes back 1 times']);
  expect(said(100, { a: wave }, (i) => (i < 50 ? i : 49 + 300 * (i - 49)) * second)).toEqual([
    'rows come 1 s apart before row 50, 300 s after it',
  ]);
  expect(said(100, { a: wave }, (i) => (i < 50 ? i : i + 500) * second)).toEqual([]);
});

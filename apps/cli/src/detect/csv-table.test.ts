import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsvTable } from './csv-table.ts';
import { readNumber } from './read-number.ts';
import { readTime } from './read-time.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const number = (text: string) => readNumber(bytes(`,${text},`), 1, 1 + bytes(text).length);
const time = (text: string) => readTime(bytes(text), 0, text.length);

function read(chunks: readonly string[], stepMs?: number) {
  const rows: { at: number; values: number[]; time: string }[] = [];
  let series: readonly string[] = [];
  const table = new CsvTable({
    name: 'table',
    stepMs,
    onHeader: (names) => {
      series = names;
    },
    onRow: (row) =>
      rows.push({
        at: row.at,
        values: [...row.values],
        time: Buffer.from(row.bytes.subarray(row.timeFrom, row.timeEnd)).toString(),
      }),
  });
  for (const chunk of chunks) table.push(bytes(chunk));
  table.finish();
  return { rows, series };
}

test('numbers are read as JavaScript reads them', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      expect(number(String(value))).toBe(Number.isFinite(value) ? Number(String(value)) : value);
    }),
  );
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 12 }), (value, decimals) => {
      const text = (value / 10 ** decimals).toFixed(decimals);
      expect(number(text)).toBe(Number(text));
    }),
  );
});

test.each(['', 'NaN', 'null', ' ', 'n/a'])('"%s" is missing', (text) => expect(number(text)).toBeNaN());
test.each(['abc', '1,2', '1.2.3', '--1', '0x', '1 2'])('"%s" is no number', (text) =>
  expect(number(text)).toBeUndefined(),
);

test('times: RFC 3339, with a space, without a zone (UTC), epoch seconds and milliseconds', () => {
  const expected = Date.UTC(2026, 0, 31, 12, 5, 7);
  for (const text of [
    '2026-01-31T12:05:07Z',
    '2026-01-31 12:05:07',
    '2026-01-31T14:05:07+02:00',
    '2026-01-31T12:05:07.000Z',
    String(expected),
    String(expected / 1_000),
  ])
    expect(time(text)).toBe(expected);
  expect(time('1700000000.25')).toBe(1_700_000_000_250);
  expect(time('yesterday')).toBeUndefined();
  expect(time('2026-13-31T12:05:07Z')).toBeUndefined();
});

test('plain times agree with Date on every day', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0100-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }),
      (date) => {
        const text = date.toISOString().slice(0, 19);
        expect(time(text)).toBe(Date.parse(`${text}Z`));
      },
    ),
  );
});

test('cells, missing cells, quotes, a label, CRLF, empty lines and a last line without its end', () => {
  const { rows, series } = read(['\ufefftime,"a, b",label,c\r\n', '10,1.5,1,\r\n\r\n20,"2",0,nan\n', '30,,0,-4e2']);
  expect(series).toEqual(['a, b', 'c']);
  expect(rows).toEqual([
    { at: 10_000, values: [1.5, Number.NaN], time: '10' },
    { at: 20_000, values: [2, Number.NaN], time: '20' },
    { at: 30_000, values: [Number.NaN, -400], time: '30' },
  ]);
});

test('chunks may end anywhere', () => {
  const text = 'time,a,b\n1,2,3\n4,5,6\n7,,9\n';
  const whole = read([text]);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), text.length];
      expect(read(at.slice(1).map((end, i) => text.slice(at[i], end)))).toEqual(whole);
    }),
  );
});

test('without times rows come a step apart', () => {
  expect(read(['a\n1\n2\n'], 60_000).rows.map((row) => row.at)).toEqual([0, 60_000]);
});

describe('what is no table is said', () => {
  test.each([
    ['', 'it is empty, must start with a header line'],
    ['a\n1\n', 'its first column is "a", must be time (or pass --step, for example --step 60s)'],
    ['time,label\n', 'its columns are time, label, must have at least one series beside time and label'],
    ['time,a\n1,2,3\n', 'line 2 has more cells than the header, must have 2'],
    ['time,a,b\n1,2\n', 'line 2 has 2 cells, must have 3'],
    ['time,a\n1,2\n2,x\n', 'line 3: a is "x", must be a number or empty'],
    ['time,a\nnoon,2\n', 'line 2: time is "noon", must be RFC 3339 or epoch seconds'],
  ])('%j', (text, message) => expect(() => read([text])).toThrow(`Cannot read table: ${message}`));
});

test.each([
  ['time;a;b\n1;5,5;\n2;6;"7,25"\n', [5.5, Number.NaN], [6, 7.25]],
  ['time\ta\tb\n1\t5\t\n2\t6\t7\n', [5, Number.NaN], [6, 7]],
  ['time,"a;c",b\n1,5,\n2,6,7\n', [5, Number.NaN], [6, 7]],
])('%j: the header says what stands between cells', (text, ...values) => {
  expect(read([text]).rows.map((row) => row.values)).toEqual(values);
});

test('epoch times are told apart by size, down to nanoseconds', () => {
  for (const text of ['1700000000', '1700000000000', '1700000000000000', '1700000000000000000'])
    expect(time(text)).toBe(1_700_000_000_000);
});

test('an error names the line that an editor shows', () => {
  expect(() => read(['time,a\n\n0,5\n\n60,x\n'])).toThrow('line 5: a is "x"');
});

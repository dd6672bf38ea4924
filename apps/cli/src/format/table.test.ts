import { expect, test } from 'vitest';
import { ansiPaint, choosePaint, noPaint } from './paint.ts';
import { sparkline } from './sparkline.ts';
import { formatTable } from './table.ts';
import { fitMiddle, fitText, textWidth, wrapText } from './text-width.ts';
import { ago } from './time.ts';

const columns = [
  { title: 'NAME', shrinkTo: 4 },
  { title: 'COUNT', align: 'right' },
  { title: 'NOTE', shrinkTo: 5, dropRank: 1 },
] as const;
const rows = [
  ['a long name', '7', 'something to say'],
  ['b', '1,200', 'short'],
];

test('as wide as needed without a limit', () => {
  expect(formatTable(columns, rows, { width: Number.POSITIVE_INFINITY, paint: noPaint })).toBe(
    'NAME         COUNT  NOTE\na long name      7  something to say\nb            1,200  short\n',
  );
});

test('shrinks the widest first, then drops what may go', () => {
  expect(formatTable(columns, rows, { width: 26, paint: noPaint })).toBe(
    'NAME      COUNT  NOTE\na long …      7  somethin…\nb         1,200  short\n',
  );
  expect(formatTable(columns, rows, { width: 14, paint: noPaint })).toBe(
    'NAME     COUNT\na long…      7\nb        1,200\n',
  );
});

test('wide characters take two columns', () => {
  expect(textWidth('日本x')).toBe(5);
  expect(fitText('日本語の名前', 6)).toBe('日本…');
  expect(fitText('abc', 3)).toBe('abc');
  expect(fitMiddle('research-reader-3f9a', 12)).toBe('resear…-3f9a');
  expect(fitMiddle('research/searcher', 13)).toBe('res…/searcher');
  expect(fitMiddle('research/the-longest-name', 12)).toBe('resear…-name');
  expect(textWidth(fitMiddle('日本語の名前です', 9))).toBeLessThanOrEqual(9);
});

test('wraps at spaces', () => {
  expect(wrapText('one two three', 8)).toEqual(['one two', 'three']);
  expect(wrapText('averyverylongword x', 5)).toEqual(['averyverylongword', 'x']);
});

test('colours on a terminal only, unless NO_COLOR is set', () => {
  expect(choosePaint({ isTty: true, env: {} })).toBe(ansiPaint);
  expect(choosePaint({ isTty: true, env: { NO_COLOR: '1' } })).toBe(noPaint);
  expect(choosePaint({ isTty: true, env: { NO_COLOR: '' } })).toBe(ansiPaint);
  expect(choosePaint({ isTty: true, env: { TERM: 'dumb' } })).toBe(noPaint);
  expect(choosePaint({ isTty: false, env: {} })).toBe(noPaint);
  expect(ansiPaint('x', 'bad')).toBe('\u001b[31mx\u001b[0m');
});

test('a sparkline shows holes, flat lines and averages what does not fit', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([5, null, 5])).toBe('▄ ▄');
  expect(sparkline([0, 0, 10, 10], 2)).toBe('▁█');
  expect(sparkline([])).toBe('');
  expect(sparkline([null])).toBe(' ');
});

test('times are told from now', () => {
  expect([ago(1_000, 1_500), ago(1_000, 13_000), ago(null, 0)]).toEqual(['now', '12s ago', '–']);
});

test('a message that would be cut short has a line of its own', () => {
  const columns = [{ title: 'ID' }, { title: 'MESSAGE', shrinkTo: 8, ownLineBelow: 30 }];
  const rows = [['incident-10xqofg3ekk', 'reader misses its objective: latency is 4.3 s, wanted 2 s']];
  const paint = (text: string) => text;
  expect(formatTable(columns, rows, { width: 40, paint })).toBe(
    'ID\nincident-10xqofg3ekk\n    reader misses its objective: latency\n    is 4.3 s, wanted 2 s\n',
  );
  expect(formatTable(columns, rows, { width: 60, paint })).toContain('MESSAGE');
});

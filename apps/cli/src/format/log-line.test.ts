import { expect, test } from 'vitest';
import { formatLogLine } from './log-line.ts';
import { noPaint } from './paint.ts';

const time = new Date(2026, 10, 26, 14, 3, 7).getTime();

test('a record becomes a line for a person; what its message says already is left out', () => {
  const record = { level: 30, time, pool: 'research/reader', agent: 'reader-1', pid: 7, msg: 'reader-1 ready' };
  expect(formatLogLine(`${JSON.stringify(record)}\n`, noPaint)).toBe('14:03:07 info  reader-1 ready\n');
});

test('facts follow the message, and the stack of an error has lines of its own', () => {
  const record = { level: 50, time, url: '/x', err: { stack: 'Error: no\n    at here' }, msg: 'BUG: GET /x threw' };
  expect(formatLogLine(JSON.stringify(record), noPaint)).toBe(
    '14:03:07 error BUG: GET /x threw url=/x\nError: no\n    at here\n',
  );
});

test('what is no record is passed on as it is', () => {
  expect(formatLogLine('(node:1) Warning\n', noPaint)).toBe('(node:1) Warning\n');
});

import { expect, test } from 'vitest';
import { formatDuration, parseDurationMs } from './duration.ts';

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
  ['0s', 0],
])('parses %s', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each(['', '5', 's', '5 m', '-5m', '1h-30m', '5x', 'NaNs', '1e3s'])('%j is no duration', (text) => {
  expect(parseDurationMs(text)).toBeUndefined();
});

test.each([
  [0, '0ms'],
  [340, '340ms'],
  [1_500, '1.5s'],
  [12_000, '12s'],
  [94_000, '1m34s'],
  [300_000, '5m'],
  [5_400_000, '1h30m'],
  [90_061_000, '1d1h'],
  [-1_500, '-1.5s'],
  [Number.POSITIVE_INFINITY, 'forever'],
])('writes %d as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

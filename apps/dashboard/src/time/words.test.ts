import { expect, test } from 'vitest';
import { ago, span } from './words.ts';

test('spans are written as a person would', () => {
  expect(span(0)).toBe('0 s');
  expect(span(59_400)).toBe('59 s');
  expect(span(60_000)).toBe('1 m');
  expect(span(3_600_000)).toBe('1 h');
  expect(span(4_320_000)).toBe('1 h 12 m');
  expect(span(90_000_000)).toBe('1 d 1 h');
  expect(span(Number.NaN)).toBe('–');
});

test('ages look back and forth', () => {
  expect(ago(1_000, 1_500)).toBe('now');
  expect(ago(1_000, 13_000)).toBe('12 s ago');
  expect(ago(241_000, 1_000)).toBe('in 4 m');
});

import { expect, test } from 'vitest';
import { written } from './written.ts';

test('shares have two digits at most', () => {
  expect([1.834, 0.694, 0.0813, 0.021, 0.00213, 0.000_042, 0].map((value) => written(value, 'ratio'))).toEqual([
    '183 %',
    '69 %',
    '8.1 %',
    '2.1 %',
    '0.21 %',
    '<0.01 %',
    '0 %',
  ]);
});

test('what is not known is a dash, never zero', () => {
  expect([written(null, 'ratio'), written(undefined, 'seconds'), written(Number.NaN, 'bytes')]).toEqual([
    '–',
    '–',
    '–',
  ]);
});

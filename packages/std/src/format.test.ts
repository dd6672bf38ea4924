import { expect, test } from 'vitest';
import { formatValue, type Unit } from './format.ts';

test.each<[number | null, Unit, string]>([
  [0.712, 'ratio', '71.2 %'],
  [0.34, 'seconds', '340 ms'],
  [2.4, 'seconds', '2.4 s'],
  [0.00004, 'seconds', '40 µs'],
  [3.4 * 1024 ** 3, 'bytes', '3.4 GiB'],
  [0, 'bytes', '0 B'],
  [1_536, 'bytes/s', '1.5 KiB/s'],
  [12_345, '1/s', '12.3 k/s'],
  [7.04, '1/s', '7.04/s'],
  [22, 'count', '22'],
  [1.5, 'usd', '$1.50'],
  [null, 'seconds', '–'],
  [Number.NaN, 'count', '–'],
])('writes %s %s as %s', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatNumber } from './format-number.ts';
import { TextWriter } from './text-writer.ts';

function written(value: number): string {
  const out = new TextWriter();
  out.number(value);
  return new TextDecoder().decode(out.finish());
}

test.each([
  0,
  -0,
  1,
  -1,
  10,
  0.1,
  -0.5,
  1e-6,
  1e-7,
  123456.789,
  999999999.999999,
  2 ** 31,
  2 ** 31 - 1,
  2 ** 53,
  1e15,
  1e15 - 1,
  1e21,
  1.7e9,
  4.35,
  0.30000000000000004,
  Number.NaN,
  Infinity,
  -Infinity,
  5e-324,
  1.7976931348623157e308,
  -1234567890123,
])('%d is written as everywhere else', (value) => {
  expect(written(value)).toBe(formatNumber(value));
});

test('any double is written as everywhere else', () => {
  const decimal = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 9 })).map(([n, e]) => n / 10 ** e);
  const large = fc.maxSafeInteger().map((n) => n / 1_000);
  fc.assert(
    fc.property(fc.oneof(fc.double(), decimal, fc.maxSafeInteger(), large), (value) => {
      expect(written(value)).toBe(formatNumber(value));
    }),
    { numRuns: 3_000 },
  );
});

test('texts and numbers follow each other, however many', () => {
  const out = new TextWriter();
  const texts: string[] = [];
  for (let i = 0; i < 3_000; i++) {
    out.text(`é${i}😀`);
    out.ascii('|');
    out.number(i / 4);
    texts.push(`é${i}😀|${i / 4}`);
  }
  expect(new TextDecoder().decode(out.finish())).toBe(texts.join(''));
});

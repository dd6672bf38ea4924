import { expect, test } from 'vitest';
import { severityOf, summarizeErrors } from './error-classes.ts';

test.each([
  ['500', 'high'],
  ['503', 'high'],
  ['TimeoutError', 'high'],
  ['', 'high'],
  ['404', 'low'],
  ['429', 'low'],
  ['RateLimitError', 'low'],
  ['ValidationError', 'low'],
])('%s is %s', (name, severity) => expect(severityOf(name)).toBe(severity));

test('sums, sorts and names the unnamed', () => {
  const classes = [
    { name: '404', count: 3 },
    { name: '', count: 2 },
    { name: '404', count: 1 },
    { name: 'bad', count: Number.NaN },
    { name: 'none', count: 0 },
  ];
  expect(summarizeErrors(classes)).toEqual([
    { name: '404', count: 4, severity: 'low' },
    { name: 'unknown', count: 2, severity: 'high' },
  ]);
});

test('sums what does not fit', () => {
  const many = Array.from({ length: 100 }, (_, i) => ({ name: `E${i}`, count: 100 - i }));
  const out = summarizeErrors(many);
  expect(out).toHaveLength(20);
  expect(out.at(-1)).toMatchObject({ name: 'other', severity: 'high' });
  expect(out.reduce((sum, each) => sum + each.count, 0)).toBe(5_050);
});

import { expect, test } from 'vitest';
import { noPaint } from './paint.ts';
import { formatQuery } from './query.ts';

const options = { width: 80, paint: noPaint, now: 100_000 };
const metric = { __name__: 'jaegis_pool_signal', pool: 'research/reader', signal: 'request_rate' };

test('an instant answer is a table', () => {
  const text = formatQuery({ resultType: 'vector', result: [{ metric, value: [100, '3.75'] }] }, options);
  expect(text.replace(/\d\d:\d\d:\d\d/, 'HH:MM:SS')).toMatchInlineSnapshot(`
    "SERIES                                                           VALUE        AT
    jaegis_pool_signal{pool="research/reader",signal="request_rate…   3.75  HH:MM:SS
    "
  `);
});

test('a range answer is a line for each series, with holes where there is no data', () => {
  const range = { from: 0, to: 50_000, stepMs: 10_000 };
  const values = [
    [0, '1'],
    [10, '2'],
    [40, '8'],
    [50, '4'],
  ] as const;
  const text = formatQuery({ resultType: 'matrix', result: [{ metric, values }] }, { ...options, range });
  expect(text.replace(/\d\d:\d\d:\d\d/, 'HH:MM:SS')).toMatchInlineSnapshot(`
    "SERIES                                                    SHAPE   MIN  MAX  LAST
    jaegis_pool_signal{pool="research/reader",signal="reque…  ▁▂  █▄    1    8     4
    50s to HH:MM:SS, a point every 10s
    "
  `);
});

test('where room is short, what all series share is left out, not what tells them apart', () => {
  const result = ['reader', 'writer'].map((pool) => ({
    metric: { ...metric, pool: `research/${pool}` },
    value: [100, '1'] as const,
  }));
  const text = formatQuery({ resultType: 'vector', result }, options);
  expect(text).toContain('{pool="research/reader"}');
  expect(text).toContain('{pool="research/writer"}');
  expect(formatQuery({ resultType: 'vector', result }, { ...options, width: 200 })).toContain('jaegis_pool_signal{');
});

test('no series says where to look', () => {
  expect(formatQuery({ resultType: 'vector', result: [] }, options)).toMatch(/^No series match\. /);
});

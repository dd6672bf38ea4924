import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RecordedTable, runDetectScript } from './run-script.ts';

const folder = fileURLToPath(new URL('../../testdata/', import.meta.url));
const noTable = (): RecordedTable => ({ columns: [], rows: [] });
const failuresOf = (text: string, load = noTable) => runDetectScript(text, load).failures;

describe('the stories in testdata', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.detect'))) {
    test(name, () => {
      const { failures } = runDetectScript(readFileSync(folder + name, 'utf8'), noTable);
      expect(failures.map((f) => `${name}:${f.line}: ${f.message}`)).toEqual([]);
    });
  }
});

describe('an expectation', () => {
  const calm = 'for 4h load 10 noise 1';

  test('that does not hold says what came instead', () => {
    const [failure] = failuresOf(`${calm}\nfor 5m load 90\nexpect quiet\n`);
    expect(failure).toMatchObject({
      line: 3,
      message: expect.stringMatching(/^got \d anomalous of 5: load 90 at 2024-01-01T04:0\d:00Z \(4h\S* in\)/),
    });
    expect(failuresOf(`${calm}\nexpect anomaly from 2h to 3h\n`)).toEqual([
      { line: 2, message: 'no row was anomalous' },
    ]);
  });

  test('looks at the rows of the line above it, or at a window of them', () => {
    const text = `${calm}\nfor 5m load 90\nfor 1h load 10 noise 1\n`;
    expect(failuresOf(`${text}expect anomaly from 3h to 3h5m`)).toMatchObject([
      { message: 'no row lies in this window' },
    ]);
    expect(failuresOf(`${text}expect quiet from +30m to +1h`)).toEqual([]);
  });

  test('may be a share of the rows, or how soon the first must come', () => {
    expect(failuresOf(`${calm}\nfor 10m load 90\nexpect anomalies <= 100%\nexpect anomaly within 2m`)).toEqual([]);
    expect(failuresOf(`${calm}\nfor 10m load 10 noise 1\nfor 30m load 10..90\nexpect anomaly within 1s`)).toMatchObject(
      [{ line: 4, message: expect.stringMatching(/^the first came after \d+/) }],
    );
  });
});

describe('a recording', () => {
  const at = Date.UTC(2026, 0, 5);
  const rows = Array.from({ length: 300 }, (_, i) => ({
    at: at + i * 60_000,
    values: Float64Array.of(i === 250 ? 60 : 10 + ((i * 7) % 5) / 10),
  }));

  test('is judged row by row at its own times', () => {
    const load = () => ({ columns: ['load'], rows });
    expect(failuresOf('load a.csv\nexpect anomaly from 2026-01-05T04:10 to 2026-01-05T04:11Z in load', load)).toEqual(
      [],
    );
    expect(failuresOf('load a.csv\nexpect quiet from 4h10m to 4h11m', load)).toMatchObject([{ line: 2 }]);
  });

  test('must have rows and the columns of what came before', () => {
    expect(failuresOf('load a.csv')).toEqual([{ line: 1, message: 'the recording has no rows' }]);
    const load = () => ({ columns: ['cpu'], rows });
    expect(failuresOf('for 1h load 10\nload a.csv', load)[0]?.message).toMatch(/columns are cpu, must be load/);
  });
});

test.each([
  ['for 0s load 1', /must be above 0/],
  ['for 1h load', /expected a value of load/],
  ['for 1h load 1..2..3', /no value/],
  ['for 1h load 1 noise -1', /must be a number of 0 or more/],
  ['for 1h load 1 load 2', /stands here twice/],
  ['for 1s load 1', /shorter than one row/],
  ['for 10000d load 1', /more than 1000000 rows/],
  ['for 1h load 1\nevery 5s', /must stand before the first rows/],
  ['for 1h load 1\nfor 1h cpu 1', /not among the columns/],
  ['for 1h load 1\nexpect anomaly in cpu', /there is no column "cpu"/],
  ['expect quiet', /no rows before this/],
  ['for 1h load 1\nexpect anomalies <= 1.5', /whole number or a share/],
  ['member none\nfor 1h load 1', /"none" does not watch 1 columns, must be one of own-record/],
  ['start yesterday', /must be like 2024/],
  ['guess', /unknown verb "guess"/],
])('%s is refused with its line', (text, message) => {
  const failures = failuresOf(text);
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatchObject({ line: text.split('\n').length, message: expect.stringMatching(message) });
});

const word = fc.constantFrom(
  ...[
    'for',
    '1h',
    'load',
    '10',
    '1..2',
    'missing',
    'noise',
    '0.1',
    'expect',
    'quiet',
    'anomaly',
    'within',
    'in',
    'from',
    'to',
  ],
  ...['+5m', 'every', '1m', 'start', '2024-01-01', 'train', '5', 'member', '\n', '"', '#', '-1', 'NaN', '<=', '3%'],
);
test('any words give a result or a failure with its line', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      const { ok, failures } = runDetectScript(words.join(' '), noTable);
      expect(ok).toBe(failures.length === 0);
      for (const { line } of failures) expect(line).toBeGreaterThan(0);
    }),
  );
});

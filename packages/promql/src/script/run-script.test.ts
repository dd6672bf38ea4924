import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runPromqlScript } from './run-script.ts';

const folder = fileURLToPath(new URL('../../testdata/', import.meta.url));

describe('the scripts in testdata', () => {
  test.each(readdirSync(folder).filter((name) => name.endsWith('.promql')))('%s', (name) => {
    const result = runPromqlScript(readFileSync(`${folder}${name}`, 'utf8'));
    expect(result.failures.map(({ line, message }) => `${name}:${line}: ${message}`)).toEqual([]);
    expect(result.cases).toBeGreaterThan(10);
  });
});

/** The messages of a script that is one `eval` after a small load. */
function messages(evaluation: string): string[] {
  const script = `load 1m\n  up{a="1"} 1 2 3\n  up{a="2"} 10\n\n${evaluation}\n`;
  return runPromqlScript(script).failures.map(({ line, message }) => `${line}: ${message}`);
}

test.each([
  ['eval instant at 1m up{a="1"}\n  up{a="1"} 3', ['5: up{a="1"}: expected 3 for up{a="1"} but got 2']],
  ['eval instant at 1m up{a="1"}', ['5: up{a="1"}: unexpected metric up{a="1"} in result, has value 2']],
  ['eval instant at 1m up{a="3"}\n  up{a="3"} 1', ['5: up{a="3"}: expected metric up{a="3"} with 1 not found']],
  [
    'eval range from 0 to 1m step 1m up{a="1"}\n  up{a="1"} 1',
    [expect.stringContaining('expected 1 points for up{a="1"}, but got 2')],
  ],
  ['eval instant at 0 1\n  2', ['5: 1: expected scalar 2 but got 1']],
  ['eval instant 1\n  2', ['5: 1: expected scalar 2 but got 1']],
  ['eval instant at 5m', [expect.stringContaining('5: invalid evaluation command')]],
  ['eval_fail instant at 0 up', ['5: up: expected an error but got none']],
  [
    'eval instant at 0 up + on() up\n  expect fail msg: no',
    [expect.stringContaining('expected error "no", but got: ')],
  ],
  ['eval instant at 0 rate(up[5m])\n  expect warn', ['5: rate(up[5m]): expected warn annotations but none were found']],
  ['eval instant at 0 up)', ['5: up): 1:3: parse error: unexpected ")"']],
  ['eval sometimes', [expect.stringContaining('5: invalid evaluation command')]],
  ['evaluate', [expect.stringContaining('5: invalid evaluation command')]],
  ['load soon\n  up 1', [expect.stringContaining('5: invalid step definition "soon"')]],
  ['load 1m\n  up{a=1} 1', [expect.stringContaining('5: Cannot read the labels')]],
  ['load 1m\n  up 1 two', ['5: Cannot read the value "two": must be a number, _, stale or {{...}}']],
  ['eval instant at 0 up\n  expect nothing', [expect.stringContaining('5: invalid expect statement')]],
  [
    'eval instant at 0 up{a="1"}\n  up{a="1"} 1 2',
    [expect.stringContaining('5: expecting multiple values in instant')],
  ],
  [
    'eval range from 0 to 1m step 1m up{a="1"}\n  expect ordered\n  up{a="1"} 1 2',
    ['5: up{a="1"}: expected ordered result, but query returned a matrix'],
  ],
  ['eval range from 0 to 9m step 9m up{a="1"}\n  expect range vector from 0 to 1m step 1m\n  up{a="1"} 1 2', []],
  ['load 1m\n  up@st 0', ['5: @st line has no following sample line']],
  ['load 1m\n  up@st 0 0\n  up 1', ['5: @st line has 2 values but sample line has 1']],
  ['load 1m\n  up@st 0\n  down 1', ['5: @st metric does not match the following sample line metric']],
  ['load 1m\n  up@st soon\n  up 1', ['5: Cannot read the start "soon": must be a duration, _ or *']],
  ['eval instant at 0 count_values("a\\xc5z", up)\n  expect fail msg: invalid label name "a\\xc5z"', []],
])('%s', (evaluation, expected) => {
  expect(messages(evaluation)).toEqual(expected);
});

test('an annotation may be expected with its place in the query or without', () => {
  const warning = 'PromQL warning: quantile value should be between 0 and 1, got 2';
  const evaluation = (expected: string) =>
    `eval instant at 0 quantile(2, up{a="1"})\n  expect warn msg: ${expected}\n  {} +Inf`;
  expect(messages(evaluation(warning))).toEqual([]);
  expect(messages(evaluation(`${warning} (1:10)`))).toEqual([]);
  expect(messages(evaluation(`${warning} (1:1)`))).toEqual([
    expect.stringContaining('expected warn annotation matching'),
  ]);
});

test('no text makes the runner throw', () => {
  const piece = fc.constantFrom(
    ...[
      'load 1m\n',
      'eval instant at 1m ',
      'eval range from 0 to 5m step 1m ',
      'clear\n',
      ' up',
      '{a="1"}',
      ' 1',
      '\n',
    ],
    ...[
      'x3',
      '+1',
      '_',
      '{{',
      '}}',
      'schema:1',
      ' stale',
      'expect fail',
      'sum(',
      ')',
      '[5m]',
      ' 0+1x5',
      '@st ',
      '-30s-1mx2',
      ' *x2',
      'NaN',
      'buckets:[1 2]',
    ],
  );
  const script = fc.array(piece, { maxLength: 25 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(fc.string(), script), (text) => {
      runPromqlScript(text);
    }),
    { numRuns: 1_500 },
  );
});

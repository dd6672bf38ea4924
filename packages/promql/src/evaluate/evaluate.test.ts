import { type Labels, type Matcher, staleMarker } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { evalInstant, evalRange } from './evaluate.ts';
import { formatNumber } from './format-number.ts';
import type { SelectSource } from './select-source.ts';

/** A source that knows one metric per series and only `=` matchers. */
function sourceOf(...series: { labels: Labels; samples: [seconds: number, value: number][] }[]): SelectSource {
  return {
    select(matchers: readonly Matcher[], fromMs, toMs) {
      return series
        .filter(({ labels }) => matchers.every(({ name, value }) => (labels[name] ?? '') === value))
        .map(({ labels, samples }) => {
          const within = samples.filter(([s]) => s * 1_000 >= fromMs && s * 1_000 <= toMs);
          const values = new Float64Array(within.length);
          within.forEach(([, value], i) => {
            values[i] = value;
          });
          return { labels, timestamps: Float64Array.from(within, ([s]) => s * 1_000), values };
        })
        .filter(({ timestamps }) => timestamps.length > 0);
    },
  };
}

const up = { __name__: 'up' };
const every10s = sourceOf({ labels: up, samples: Array.from({ length: 31 }, (_, i) => [i * 10, i]) });

function values(source: SelectSource, expr: string, seconds: number): unknown {
  const result = evalInstant(source, expr, seconds * 1_000);
  if (!result.ok) return result.error;
  if (result.resultType === 'vector') return result.result.map((each) => each.value);
  return result.resultType === 'matrix' ? result.result.map((each) => each.values) : result.result;
}

describe('instant', () => {
  test('gives the newest sample at or before the time, stamped with that time', () => {
    expect(evalInstant(every10s, 'up', 105_500)).toEqual({
      ok: true,
      resultType: 'vector',
      result: [{ metric: up, value: [105.5, '10'] }],
      warnings: [],
      infos: [],
      samplesRead: 11,
    });
  });

  test('looks back five minutes, the left end not counted', () => {
    expect(values(every10s, 'up', 599.999)).toEqual([[599.999, '30']]);
    expect(values(every10s, 'up', 600)).toEqual([]);
  });

  test('a stale marker ends a series at once, a new sample begins it again', () => {
    const source = sourceOf({
      labels: up,
      samples: [
        [0, 1],
        [10, staleMarker],
        [30, 3],
      ],
    });
    expect([5, 10, 20, 30].map((t) => values(source, 'up', t))).toEqual([[[5, '1']], [], [], [[30, '3']]]);
  });

  test('offset looks back from the time, @ fixes it', () => {
    expect(values(every10s, 'up offset 1m', 100)).toEqual([[100, '4']]);
    expect(values(every10s, 'up offset -1m', 100)).toEqual([[100, '16']]);
    expect(values(every10s, 'up @ 50', 100)).toEqual([[100, '5']]);
    expect(values(every10s, 'up @ 50 offset 10s', 100)).toEqual([[100, '4']]);
    expect(values(every10s, 'up @ start()', 100)).toEqual([[100, '10']]);
  });

  test('a range gives the samples themselves, left end not counted, stale markers left out', () => {
    expect(values(every10s, 'up[30s]', 100)).toEqual([
      [
        [80, '8'],
        [90, '9'],
        [100, '10'],
      ],
    ]);
    expect(values(every10s, 'up[30s] offset 5s', 100)).toEqual([
      [
        [70, '7'],
        [80, '8'],
        [90, '9'],
      ],
    ]);
    const source = sourceOf({
      labels: up,
      samples: [
        [0, 1],
        [10, staleMarker],
      ],
    });
    expect(values(source, 'up[20s]', 10)).toEqual([[[0, '1']]]);
  });

  test('series come sorted by their labels', () => {
    const source = sourceOf(
      { labels: { __name__: 'up', job: 'b' }, samples: [[0, 1]] },
      { labels: { __name__: 'up', job: 'a' }, samples: [[0, 2]] },
    );
    expect(values(source, 'up', 1)).toEqual([
      [1, '2'],
      [1, '1'],
    ]);
  });

  test('an error names the parameter, a limit is an execution error', () => {
    expect(evalInstant(every10s, 'up{', 0)).toMatchObject({
      ok: false,
      errorType: 'bad_data',
      error: 'invalid parameter "query": 1:4: parse error: unexpected end of input inside braces',
    });
    const limited: SelectSource = {
      select() {
        throw Object.assign(new Error('too many samples'), { name: 'SelectLimitError' });
      },
    };
    expect(evalInstant(limited, 'up', 0)).toEqual({ ok: false, errorType: 'execution', error: 'too many samples' });
  });
});

test('an answer has at most so many points over all series, however few samples they stand on', () => {
  const many = sourceOf(
    ...Array.from({ length: 20 }, (_, i) => ({
      labels: { __name__: 'up', job: `${i}` },
      samples: [[0, i] as [number, number]],
    })),
  );
  const steps = { startMs: 0, endMs: 99_000, stepMs: 1_000 };
  expect(evalRange(many, 'up', steps, { maxPoints: 2_000 })).toMatchObject({ ok: true });
  expect(evalRange(many, 'up', steps, { maxPoints: 1_999 })).toEqual({
    ok: false,
    errorType: 'execution',
    error: 'query processing would load too many samples into memory in query execution',
  });
  expect(evalInstant(many, 'up', 0, { maxPoints: 19 })).toMatchObject({ ok: false, errorType: 'execution' });
});

test('a subquery of more steps than any memory holds is refused in the same words', () => {
  for (const inner of ['up', 'vector(1)', '(vector(1) > 0)'])
    expect(evalInstant(every10s, `sum_over_time(${inner}[100000d:10ms])`, 0)).toEqual({
      ok: false,
      errorType: 'execution',
      error: 'query processing would load too many samples into memory in query execution',
    });
});

describe('range', () => {
  test('evaluates at each step, both ends included', () => {
    const result = evalRange(every10s, 'up', { startMs: 95_000, endMs: 125_000, stepMs: 15_000 });
    expect(result).toEqual({
      ok: true,
      resultType: 'matrix',
      result: [
        {
          metric: up,
          values: [
            [95, '9'],
            [110, '11'],
            [125, '12'],
          ],
        },
      ],
      warnings: [],
      infos: [],
      samplesRead: 13,
    });
  });

  test('gaps stay gaps', () => {
    const source = sourceOf({
      labels: up,
      samples: [
        [0, 1],
        [10, staleMarker],
        [40, 4],
      ],
    });
    const result = evalRange(source, 'up', { startMs: 0, endMs: 50_000, stepMs: 10_000 });
    expect(result).toMatchObject({
      result: [
        {
          values: [
            [0, '1'],
            [40, '4'],
            [50, '4'],
          ],
        },
      ],
    });
  });

  test('@ gives the same at every step', () => {
    const result = evalRange(every10s, 'up @ end()', { startMs: 0, endMs: 20_000, stepMs: 10_000 });
    expect(result).toMatchObject({
      result: [
        {
          values: [
            [0, '2'],
            [10, '2'],
            [20, '2'],
          ],
        },
      ],
    });
  });

  test.each([
    [
      'up[5m]',
      { startMs: 0, endMs: 1, stepMs: 1 },
      'invalid parameter "query": invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    ],
    ['up', { startMs: 1, endMs: 0, stepMs: 1 }, 'invalid parameter "end": end timestamp must not be before start time'],
    [
      'up',
      { startMs: 0, endMs: 1, stepMs: 0 },
      'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    ],
    [
      'up',
      { startMs: 0, endMs: 11_001, stepMs: 1 },
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    ],
  ])('%s with %o is refused', (expr, steps, error) => {
    expect(evalRange(every10s, expr, steps)).toEqual({ ok: false, errorType: 'bad_data', error });
  });
});

test.each([
  [0, '0'],
  [-0, '-0'],
  [1.5, '1.5'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
  [1e20, '100000000000000000000'],
  [1e21, '1e+21'],
  [1e-6, '0.000001'],
  [1e-7, '1e-07'],
  [-1.5e-9, '-1.5e-09'],
  [5e-324, '5e-324'],
  [0.1 + 0.2, '0.30000000000000004'],
])('%d is written %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

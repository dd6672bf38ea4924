import type { Labels, Matcher } from '@jaegis/model';
import { expect, test } from 'vitest';
import { ScriptStorage } from '../script/script-storage.ts';
import { parseSeriesLine } from '../script/series-notation.ts';
import { evalInstant, evalRange } from './evaluate.ts';
import { answerFrom, answerPlanned, type PreparedQuery, planQuery } from './prepared-query.ts';
import { findSeries } from './select-source.ts';

const storage = new ScriptStorage();
storage.load(
  [
    'asked_total{pool="a",agent="1"} 0+10x20',
    'asked_total{pool="a",agent="2"} 0+5x10 stale 3+1x8',
    'asked_total{pool="b",agent="3"} 1 NaN Inf -Inf 5 _ _ 8 1e-7 -0',
    'size{pool="a"} {{schema:0 count:3 sum:4 z_bucket:1 z_bucket_w:0.1 buckets:[1 1]}}x20',
  ].map(parseSeriesLine),
  30_000,
);

const range = { startMs: 60_000, endMs: 500_000, stepMs: 20_000 };
const moment = { startMs: 300_000, endMs: 300_000, stepMs: 0 };

test.each([
  ['sum by (pool) (rate(asked_total[2m]))', range],
  ['asked_total / asked_total offset 1m', range],
  [
    'max_over_time(rate(asked_total[1m])[5m:30s]) + on() group_left scalar(asked_total{agent="1"} @ end()) * vector(1)',
    range,
  ],
  ['size', range],
  ['1 + time()', range],
  ['asked_total or size', moment],
  ['asked_total[2m]', moment],
  ['topk(1, asked_total)', moment],
  ['"text"', moment],
  ['42', moment],
  ['rate(asked_total[5m]) + rate(nothing[5m])', moment],
])('%s gives the same in two halves and in one', (expr, steps) => {
  const query: PreparedQuery = { expr, steps, options: {} };
  const plan = planQuery(query);
  if (!plan.ok) throw new Error(plan.error);
  const answer = answerPlanned(query, plan, (i, limits) => findSeries(storage, plan.selections[i]!, limits));
  if (!answer.ok) throw new Error(answer.error);
  const whole = steps.stepMs > 0 ? evalRange(storage, expr, steps) : evalInstant(storage, expr, steps.startMs);
  if (!whole.ok) throw new Error(whole.error);
  const { warnings, infos } = whole;
  const { resultType, result } = JSON.parse(JSON.stringify(whole));
  expect(JSON.parse(new TextDecoder().decode(answer.data))).toEqual({ resultType, result });
  expect(answer).toMatchObject({ warnings, infos });
});

test('each selection is read once, with what it is wanted for', () => {
  const plan = planQuery({
    expr: 'sum by (pool) (rate(x[5m])) / sum by (pool) (rate(x[5m]))',
    steps: range,
    options: {},
  });
  const x: Matcher = { name: '__name__', op: '=', value: 'x' };
  const hints = {
    startMs: -239_999,
    endMs: 500_000,
    stepMs: 20_000,
    func: 'rate',
    rangeMs: 300_000,
    grouping: ['pool'],
    by: true,
  };
  expect(plan).toEqual({
    ok: true,
    order: [0, 0],
    selections: [{ matchers: [x], fromMs: -239_999, toMs: 500_000, hints }],
  });
});

test('series past the limit are left out, and that is told', () => {
  const query: PreparedQuery = { expr: 'asked_total', steps: moment, options: {}, limit: 2 };
  const answer = answerFrom(storage, query);
  if (!answer.ok) throw new Error(answer.error);
  expect(
    JSON.parse(new TextDecoder().decode(answer.data)).result.map(
      (series: { metric: Labels }) => series.metric['agent'],
    ),
  ).toEqual(['1', '2']);
  expect(answer.warnings).toEqual(['results truncated due to limit']);
});

test('a query whose time is over says so', () => {
  const query: PreparedQuery = { expr: 'sum(x)', steps: moment, options: {} };
  expect(answerFrom(storage, query, { isExpired: () => true })).toEqual({
    ok: false,
    errorType: 'timeout',
    error: 'query timed out in expression evaluation',
  });
});

import { MetricsStore, memoryDirectory } from '@jaegis/tsdb';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Core } from '../core/core.ts';
import { SelfMetrics } from '../core/self-metrics.ts';
import { QueryRunner } from '../query/query-runner.ts';
import { prometheusRoutes } from './prometheus-routes.ts';

const now = 1_700_000_000_000;
let app: FastifyInstance;
let store: MetricsStore;
const selfMetrics = new SelfMetrics();

beforeAll(async () => {
  store = await MetricsStore.open({
    directory: memoryDirectory(),
    now,
    seriesLimit: 100,
    seriesLimitPerGroup: 100,
    retentionMs: 86_400_000,
  });
  for (const pool of ['a', 'b']) {
    const ref = store.resolve({ __name__: 'asked_total', pool }, now) as number;
    const timestamps = Float64Array.from({ length: 31 }, (_, i) => now - 300_000 + i * 10_000);
    const values = timestamps.map((_, i) => (pool === 'a' ? i * 20 : i * 10));
    await store.append({ refs: new Uint32Array(31).fill(ref), timestamps, values, length: 31 }, now);
  }
  app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const core = {
    store,
    fleet: { selfMetrics },
    version: '1',
    clock: { now: () => now, after: () => () => {}, every: () => () => {} },
  };
  const runner = new QueryRunner({ store, stopwatch: () => performance.now() });
  prometheusRoutes(app, core as unknown as Core, runner);
});

afterAll(async () => {
  await app.close();
  await store.close();
});

const seconds = now / 1_000;

async function get(url: string): Promise<{ status: number; body: any }> {
  const answer = await app.inject({ url });
  return { status: answer.statusCode, body: answer.json() };
}

test('an instant query, by GET and by a form, is the same', async () => {
  const query = 'sum(rate(asked_total[4m])) by (pool)';
  const form = new URLSearchParams({ query, time: String(seconds) }).toString();
  const posted = await app.inject({ method: 'POST', url: '/api/v1/query', payload: form });
  expect(posted.json()).toEqual({
    status: 'success',
    data: {
      resultType: 'vector',
      result: [
        { metric: { pool: 'a' }, value: [seconds, '2'] },
        { metric: { pool: 'b' }, value: [seconds, '1'] },
      ],
    },
  });
  expect((await get(`/api/v1/query?${form}`)).body).toEqual(posted.json());
});

test('a range query with a remark, a limit and statistics', async () => {
  const url = `/api/v1/query_range?query=${encodeURIComponent('rate(asked_total[1m]) > 0 or rate({pool="b"}[1m] offset 5m)')}&start=${seconds - 60}&end=${seconds}&step=30s&limit=1&stats=all`;
  const { status, body } = await get(url);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'success',
    data: {
      resultType: 'matrix',
      result: [
        {
          metric: { pool: 'a' },
          values: [
            [seconds - 60, '2'],
            [seconds - 30, '2'],
            [seconds, '2'],
          ],
        },
      ],
      stats: { samples: { totalQueryableSamples: expect.any(Number) } },
    },
    warnings: ['results truncated due to limit'],
  });
});

test('scalars, texts and range vectors have forms of their own', async () => {
  const at = `&time=${seconds}`;
  expect((await get(`/api/v1/query?query=1%2B1${at}`)).body.data).toEqual({
    resultType: 'scalar',
    result: [seconds, '2'],
  });
  expect((await get(`/api/v1/query?query="x"${at}`)).body.data).toEqual({
    resultType: 'string',
    result: [seconds, 'x'],
  });
  expect((await get(`/api/v1/query?query=asked_total{pool="a"}[20s]${at}`)).body.data).toEqual({
    resultType: 'matrix',
    result: [
      {
        metric: { __name__: 'asked_total', pool: 'a' },
        values: [
          [seconds - 10, '580'],
          [seconds, '600'],
        ],
      },
    ],
  });
});

describe('what is wrong is answered in the words of Prometheus', () => {
  test.each<[string, number, string, string]>([
    [
      'query?query=',
      400,
      'bad_data',
      'invalid parameter "query": unknown position: parse error: no expression found in input',
    ],
    [
      'query?query=up%7B',
      400,
      'bad_data',
      'invalid parameter "query": 1:4: parse error: unexpected end of input inside braces',
    ],
    ['query?query=up&time=soon', 400, 'bad_data', 'invalid parameter "time": cannot parse "soon" to a valid timestamp'],
    [
      'query?query=up&timeout=soon',
      400,
      'bad_data',
      'invalid parameter "timeout": cannot parse "soon" to a valid duration',
    ],
    ['query?query=up&limit=-1', 400, 'bad_data', 'invalid parameter "limit": limit must be non-negative'],
    [
      'query_range?query=up&start=0&end=1',
      400,
      'bad_data',
      'invalid parameter "step": cannot parse "" to a valid duration',
    ],
    [
      'query_range?query=up&start=0&end=1&step=0',
      400,
      'bad_data',
      'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    ],
    [
      'query_range?query=up&start=2&end=1&step=1',
      400,
      'bad_data',
      'invalid parameter "end": end timestamp must not be before start time',
    ],
    [
      'query_range?query=up&start=0&end=11002&step=1',
      400,
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    ],
    [
      'query?query=asked_total*on()asked_total&time=1700000000',
      422,
      'execution',
      'found duplicate series for the match group',
    ],
    ['query?query=count_over_time(asked_total[5m:1ms])*0&time=1700000000&timeout=0', 503, 'timeout', 'query timed out'],
    ['series', 400, 'bad_data', 'no match[] parameter provided'],
    ['labels?start=x', 400, 'bad_data', 'invalid parameter "start": cannot parse "x" to a valid timestamp'],
    ['format_query?query=)', 400, 'bad_data', 'invalid parameter "query": 1:1: parse error: unexpected ")"'],
  ])('%s', async (path, status, errorType, error) => {
    const answer = await get(`/api/v1/${path}`);
    expect(answer).toMatchObject({
      status,
      body: { status: 'error', errorType, error: expect.stringContaining(error) },
    });
  });
});

test('series, labels, values, formatted and parsed queries', async () => {
  const data = async (path: string) => (await get(`/api/v1/${path}`)).body.data;
  expect(await data('labels?match[]=asked_total')).toEqual(['__name__', 'pool']);
  expect(await data('label/pool/values')).toEqual(['a', 'b']);
  expect(await data('label/U__pool/values')).toEqual(['a', 'b']);
  expect(await data(`series?match[]=asked_total{pool="b"}&start=${seconds - 10}&end=${seconds}`)).toEqual([
    { __name__: 'asked_total', pool: 'b' },
  ]);
  expect(await data('format_query?query=sum(x)by(a)')).toBe('sum by (a) (x)');
  expect(await data('parse_query?query=-x')).toMatchObject({
    type: 'unaryExpr',
    expr: { type: 'vectorSelector', name: 'x' },
  });
});

test('queries are counted by outcome', async () => {
  const before = selfMetrics.page();
  await get('/api/v1/query?query=1');
  await get('/api/v1/query?query=rate(');
  const counts = (page: string) =>
    ['success', 'bad_data'].map((outcome) =>
      Number(page.split(`jaegis_queries_total{outcome="${outcome}"} `)[1]?.split('\n')[0] ?? 0),
    );
  const [succeeded, failed] = counts(before);
  expect(counts(selfMetrics.page())).toEqual([succeeded! + 1, failed! + 1]);
});

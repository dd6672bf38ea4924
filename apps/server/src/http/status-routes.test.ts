import { parseRuleFile } from '@jaegis/rules';
import { MetadataBook, MetricsStore, memoryDirectory } from '@jaegis/tsdb';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Core } from '../core/core.ts';
import { Rules } from '../core/rules.ts';
import { federateRoutes } from './federate-routes.ts';
import { metricMetadataRoutes } from './metric-metadata-routes.ts';
import { ruleRoutes } from './rule-routes.ts';
import { statusRoutes } from './status-routes.ts';

const now = 1_700_000_000_000;
let app: FastifyInstance;
let store: MetricsStore;

const rule = (name: string, labels: Record<string, string> = {}) => ({ alert: name, expr: '1', labels });
const file = {
  groups: [
    { name: 'first', rules: [{ record: 'a', expr: '1' }, rule('Slow', { team: 'core', severity: 'page' })] },
    { name: 'second', rules: [rule('Late', { team: 'edge' })] },
    { name: 'third', rules: [{ record: 'b', expr: '1' }] },
  ],
};

async function say(labels: Record<string, string>, at: number, value: number): Promise<void> {
  const ref = store.resolve(labels, now) as number;
  const batch = {
    refs: Uint32Array.of(ref),
    timestamps: Float64Array.of(at),
    values: Float64Array.of(value),
    length: 1,
  };
  await store.append(batch, now);
}

beforeAll(async () => {
  store = await MetricsStore.open({
    directory: memoryDirectory(),
    now,
    seriesLimit: 100,
    seriesLimitPerGroup: 100,
    retentionMs: 86_400_000,
  });
  await say({ __name__: 'asked_total', pool: 'a' }, now, 3);
  await say({ __name__: 'asked_total', pool: 'b"\n\\' }, now - 1_000, Number.POSITIVE_INFINITY);
  await say({ __name__: 'asked_total', pool: 'old' }, now - 400_000, 3);
  await say({ __name__: 'seen_bucket', job: 'node', instance: 'n:9100', le: '+Inf' }, now, 1);
  await say({ __name__: 'queue.length', 'a.b': 'x', instance: 'here' }, now, 0.5);
  const parsed = parseRuleFile(file, {
    name: 'rules.yml',
    defaultIntervalMs: 60_000,
    checkExpression: () => undefined,
  });
  if (!parsed.ok) throw new Error(parsed.error);
  const config = {
    receivers: [{ name: 'am', alertmanager: { url: 'http://am:9093/' } }, { name: 'hook' }],
    scrape: [{ job: 'node' }],
  };
  const options = { token: 'secret', retention_raw: 86_400_000, connection_limit: 7 };
  const rules = new Rules({ files: [parsed.file], now, store, stopwatch: () => 0, externalLabels: {} });
  const metricMetadata = new MetadataBook(10);
  metricMetadata.add([
    { name: 'seen', type: 'histogram', help: 'How long.', unit: 's' },
    { name: 'asked_total', type: 'counter', help: 'How often.', unit: '' },
  ]);
  const scrapes = ['http://n:9100/metrics', 'http://away:1/metrics'].map((url) => ({ job: 'node', url }));
  const core = {
    store,
    version: '9',
    clock: { now: () => now },
    isReady: () => false,
    views: { system: () => ({ scrapes }) },
    fleet: { options, config, startedAt: now - 5_000, hostName: 'here', rules, metricMetadata },
  };
  app = fastify();
  statusRoutes(app, core as unknown as Core);
  federateRoutes(app, core as unknown as Core);
  ruleRoutes(app, core as unknown as Core);
  metricMetadataRoutes(app, core as unknown as Core);
});

afterAll(async () => {
  await app.close();
  await store.close();
});

const get = async (url: string) => app.inject({ url });
const data = async (url: string) => (await get(url)).json().data;

test('what Prometheus says of itself', async () => {
  expect(await data('/api/v1/status/runtimeinfo')).toMatchObject({
    startTime: '2023-11-14T22:13:15.000Z',
    corruptionCount: 0,
    reloadConfigSuccess: true,
    lastConfigTime: '2023-11-14T22:13:15.000Z',
    storageRetention: '1d',
  });
  const flags = await data('/api/v1/status/flags');
  expect(flags).toEqual({ 'retention-raw': '86400000', 'connection-limit': '7' });
  expect(await data('/api/v1/status/tsdb?limit=1')).toEqual({
    headStats: { numSeries: 5, numLabelPairs: 11, chunkCount: 0, minTime: now - 400_000, maxTime: now },
    seriesCountByMetricName: [{ name: 'asked_total', value: 3 }],
    labelValueCountByLabelName: [{ name: '__name__', value: 3 }],
    memoryInBytesByLabelName: [{ name: '__name__', value: 34 }],
    seriesCountByLabelValuePair: [{ name: '__name__=asked_total', value: 3 }],
  });
  const { yaml } = await data('/api/v1/status/config');
  expect(yaml).toContain('url: http://am:9093/');
  expect(yaml).toContain('retention_raw: 1d');
  expect(yaml).not.toContain('secret');
  expect(await data('/api/v1/status/walreplay')).toEqual({ min: 0, max: 0, current: 0, state: 'done' });
  expect((await get('/api/v1/status/tsdb?limit=x')).statusCode).toBe(400);
  expect(await data('/api/v1/alertmanagers')).toEqual({
    activeAlertmanagers: [{ url: 'http://am:9093/api/v2/alerts' }],
    droppedAlertmanagers: [],
  });
  expect(await data('/api/v1/scrape_pools')).toEqual({ scrapePools: ['node'] });
  expect(await data('/api/v1/notifications')).toEqual([]);
  expect((await get('/api/v1/notifications/live')).statusCode).toBe(204);
  expect((await get('/-/healthy')).statusCode).toBe(200);
  expect((await get('/-/ready')).statusCode).toBe(503);
});

test('what is known of the metrics of targets', async () => {
  const target = { instance: 'n:9100', job: 'node' };
  const seen = { type: 'histogram', help: 'How long.', unit: 's' };
  const all = [{ target, metric: 'seen', ...seen }];
  expect(await data('/api/v1/targets/metadata')).toEqual(all);
  expect(await data('/api/v1/targets/metadata?match_target={job="node",instance!="away:1"}&limit=5')).toEqual(all);
  expect(await data('/api/v1/targets/metadata?metric=seen')).toEqual([{ target, ...seen }]);
  expect(await data('/api/v1/targets/metadata?match_target={job="other"}')).toEqual([]);
  expect(await data('/api/v1/targets/metadata?limit=0')).toEqual([]);
  expect((await get('/api/v1/targets/metadata?match_target={')).statusCode).toBe(400);
});

test('federation gives the newest samples that still stand for their series, in the text form', async () => {
  const { body, headers } = await get('/federate?match[]=asked_total&match[]={pool="a"}&match[]={"queue.length"}');
  expect(headers['content-type']).toContain('text/plain');
  expect(body.trimEnd().split('\n')).toEqual([
    `asked_total{instance="",pool="a"} 3 ${now}`,
    `asked_total{instance="",pool="b\\"\\n\\\\"} +Inf ${now - 1_000}`,
    `{"queue.length","a.b"="x",instance="here"} 0.5 ${now}`,
  ]);
  expect((await get('/federate')).body).toBe('');
  expect((await get('/federate?match[]={')).json()).toMatchObject({ errorType: 'bad_data' });
});

test('rules by their labels, and in pages of groups', async () => {
  const names = async (query: string) =>
    (await data(`/api/v1/rules?${query}`)).groups.map((group: any) => [
      group.name,
      ...group.rules.map((r: any) => r.name),
    ]);
  expect(await names('match[]={team="core"}&match[]={team="edge"}')).toEqual([
    ['first', 'Slow'],
    ['second', 'Late'],
  ]);
  expect(await names('match[]={team=~".%2B",severity!="page"}')).toEqual([['second', 'Late']]);
  const first = await data('/api/v1/rules?group_limit=2');
  expect(first.groups).toHaveLength(2);
  const second = await data(`/api/v1/rules?group_limit=2&group_next_token=${first.groupNextToken}`);
  expect(second).toEqual({ groups: [expect.objectContaining({ name: 'third' })] });
  for (const wrong of [
    'group_limit=0',
    'group_limit=x',
    'group_next_token=a',
    'group_limit=1&group_next_token=a',
    'match[]={',
  ])
    expect((await get(`/api/v1/rules?${wrong}`)).statusCode).toBe(400);
});

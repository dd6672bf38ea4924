import { SenderLimiter } from '@jaegis/ingest';
import { parseConfig, resolveServerOptions } from '@jaegis/model';
import { memoryMetadata } from '@jaegis/store';
import { MetricsStore, memoryDirectory } from '@jaegis/tsdb';
import type { FastifyInstance } from 'fastify';
import { beforeEach, expect, test } from 'vitest';
import { type Core, createCore } from '../core/core.ts';
import { createMainApp } from './app.ts';

const now = 1_700_000_000_000;
const ignore = (): (() => void) => () => {};
let core: Core;
let app: FastifyInstance;
let snapshot: () => Promise<string>;

beforeEach(async () => {
  const resolved = resolveServerOptions({ file: {}, environment: {}, flags: {} });
  const config = parseConfig({});
  if (!resolved.ok || !config.ok) throw new Error('the defaults must be right');
  const { options } = resolved;
  const store = await MetricsStore.open({
    directory: memoryDirectory(),
    now,
    seriesLimit: 100,
    seriesLimitPerGroup: 100,
    retentionMs: options.retention_raw,
  });
  core = createCore({
    clock: { now: () => now, after: ignore, every: ignore },
    stopwatch: () => 0,
    hashSeed: 1,
    hostName: 'made',
    platform: 'made',
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    version: '0',
    config: config.config,
    options,
    store,
    metadata: memoryMetadata(),
    receivers: [],
  });
  const limiter = new SenderLimiter({ ratePerSecond: 1_000 });
  snapshot = async () => '20260131T120000000Z';
  app = createMainApp(core, {
    options,
    token: undefined,
    limiter,
    dashboardDir: undefined,
    snapshot: () => snapshot(),
  });
  const refs = ['a', 'b'].map((job) => store.resolve({ __name__: 'up', job }, now) as number);
  await store.append(
    {
      refs: Uint32Array.from(refs),
      timestamps: new Float64Array(2).fill(now - 60_000),
      values: new Float64Array(2).fill(1),
      length: 2,
    },
    now,
  );
});

const post = (url: string, payload = '', method: 'POST' | 'PUT' | 'GET' = 'POST') =>
  app.inject({
    method,
    url: `/api/v1/admin/tsdb/${url}`,
    headers: { host: 'localhost', 'content-type': 'application/x-www-form-urlencoded' },
    ...(payload === '' ? {} : { payload }),
  });
const jobs = () => core.store.select([], 0, now).map(({ labels }) => labels['job']);

test('series are deleted by selector and time, and cleaned', async () => {
  expect((await post(`delete_series?match[]=up{job="a"}&end=${now / 1_000 - 61}`)).statusCode).toBe(204);
  expect(jobs()).toEqual(['a', 'b']);
  expect((await post('delete_series', 'match[]=up{job="a"}', 'PUT')).statusCode).toBe(204);
  expect(jobs()).toEqual(['b']);
  expect(core.store.stats().blocks.tombstones).toBe(2);
  expect((await post('clean_tombstones')).statusCode).toBe(204);
  expect(core.store.stats().blocks.tombstones).toBe(0);
  expect(jobs()).toEqual(['b']);
});

test.each([
  ['delete_series', 'no match[] parameter provided'],
  ['delete_series?match[]=up{', 'invalid parameter "match[]"'],
  ['delete_series?match[]=up&start=tuesday', 'invalid parameter "start": is "tuesday", must be a time'],
])('%s is refused', async (url, error) => {
  const answer = await post(url);
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ status: 'error', errorType: 'bad_data' });
  expect(answer.json().error).toContain(error);
  expect(jobs()).toEqual(['a', 'b']);
});

test('nothing is deleted by a GET, nor by a foreign page', async () => {
  expect((await post('delete_series?match[]=up', '', 'GET')).statusCode).toBe(404);
  const foreign = await app.inject({
    method: 'POST',
    url: '/api/v1/admin/tsdb/delete_series?match[]=up',
    headers: { host: 'localhost', origin: 'http://evil.example' },
  });
  expect(foreign.statusCode).toBe(403);
  expect(jobs()).toEqual(['a', 'b']);
});

test('a snapshot answers with its name, a failing disk with a reason', async () => {
  expect((await post('snapshot')).json()).toEqual({ status: 'success', data: { name: '20260131T120000000Z' } });
  snapshot = () => Promise.reject(new Error('ENOSPC: no space left on device, write'));
  const answer = await post('snapshot');
  expect(answer.statusCode).toBe(503);
  expect(answer.json().error).toContain('ENOSPC');
});

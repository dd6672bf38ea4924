import type { FastifyInstance } from 'fastify';
import { beforeEach, expect, test } from 'vitest';
import { makeApp } from '../../test/made-app.ts';
import type { Core } from '../core/core.ts';

const now = 1_700_000_000_000;
let core: Core;
let app: FastifyInstance;
let snapshot: () => Promise<string>;

beforeEach(async () => {
  snapshot = async () => '20260131T120000000Z';
  ({ core, app } = await makeApp({ now, snapshot: () => snapshot() }));
  const refs = ['a', 'b'].map((job) => core.store.resolve({ __name__: 'up', job }, now) as number);
  await core.store.append(
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

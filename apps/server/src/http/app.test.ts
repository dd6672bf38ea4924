import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeApp } from '../../test/made-app.ts';
import type { Core } from '../core/core.ts';

const now = 1_700_000_000_000;
let core: Core;
let app: FastifyInstance;

beforeEach(async () => {
  ({ core, app } = await makeApp({ now }));
});

afterEach(() => app.close());

function refused(): number {
  const row = /jaegis_ingest_rejected_total\{protocol="http",reason="bad_request"\} (\d+)/.exec(
    core.views.metricsPage(),
  );
  return Number(row?.[1] ?? 0);
}

describe('what is refused has one form, and is counted', () => {
  test.each([
    ['/api/fleet/agents/%zz/logs', 400],
    [`/api/fleet/agents/${'x'.repeat(600)}`, 414],
  ])('%.40s', async (url, status) => {
    const answer = await app.inject({ url, headers: { host: 'localhost' } });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toEqual({ error: { code: 'bad_request', message: expect.any(String) } });
    expect(answer.json().error.message.length).toBeLessThan(400);
    expect(refused()).toBe(1);
  });

  test.each([
    ['not HTTP at all\r\n\r\n', '400 Bad Request'],
    [
      `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
    ],
  ])('%.20s', async (bytes, status) => {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as { port: number };
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      let text = '';
      socket.on('data', (data) => (text += data));
      socket.on('end', () => resolve(text)).on('error', reject);
    });
    expect(answer.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toEqual({
      error: { code: 'bad_request', message: expect.stringContaining('Cannot read the request') },
    });
    expect(refused()).toBe(1);
  });

  test('but not a client that hangs up on a connection that was kept open', async () => {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as { port: number };
    const isOver = new Promise((resolve) => app.server.once('connection', (socket) => socket.once('close', resolve)));
    const client = connect(port, '127.0.0.1', () => client.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    client.once('data', () => client.resetAndDestroy());
    await isOver;
    expect(refused()).toBe(0);
  });
});

test('a dashboard that is built anew beside the running server is served as it is now', async () => {
  const dashboardDir = await mkdtemp(join(tmpdir(), 'jaegis-dashboard-'));
  await mkdir(join(dashboardDir, 'assets'));
  const build = async (name: string) => {
    await writeFile(join(dashboardDir, 'assets', `${name}.js`), name);
    await writeFile(join(dashboardDir, 'index.html'), `<script src="/assets/${name}.js"></script>`);
  };
  await build('old');
  const made = await makeApp({ now, dashboardDir });
  const get = async (url: string, accepted = '') => {
    const o = { url, headers: { host: 'localhost', 'accept-encoding': accepted } };
    const { statusCode, body, rawPayload, headers } = await made.app.inject(o);
    return { statusCode, body, rawPayload, type: String(headers['content-type']), packed: headers['content-encoding'] };
  };
  expect((await get('/assets/old.js', 'gzip')).body).toBe('old');
  await writeFile(join(dashboardDir, 'assets', 'old.js.gz'), gzipSync('old'));
  const packed = await get('/assets/old.js', 'br, gzip');
  expect(packed).toMatchObject({ packed: 'gzip', type: expect.stringContaining('javascript') });
  expect(gunzipSync(packed.rawPayload).toString()).toBe('old');
  expect(await get('/assets/old.js')).toMatchObject({ packed: undefined, body: 'old' });
  await build('new');
  expect((await get('/')).body).toContain('/assets/new.js');
  expect((await get('/pools/research%2Freader')).body).toContain('/assets/new.js');
  expect(await get('/assets/new.js')).toMatchObject({ statusCode: 200, body: 'new' });
  expect(await get('/assets/never.js')).toMatchObject({ statusCode: 404, type: expect.stringContaining('json') });
  expect(await get('/api/nothing')).toMatchObject({ statusCode: 404, type: expect.stringContaining('json') });
  await made.app.close();
  await rm(dashboardDir, { recursive: true });
});

test('a pool says which schedules hold, and no policy while nothing acts on it', async () => {
  const schedules = [{ from: 'Mon-Fri 08:30', to: '18:00', timezone: 'Europe/Berlin', min: 5 }];
  const made = await makeApp({ now, config: { pools: [{ name: 'watched', schedules }] } });
  const answer = await made.app.inject({ url: '/api/fleet/pools/watched', headers: { host: 'localhost' } });
  expect(answer.json()).toMatchObject({
    policy: null,
    constraints: ['at least 5 from Mon-Fri 08:30 to 18:00 Europe/Berlin'],
  });
  await made.app.close();
});

describe('the map of a past moment', () => {
  test('is drawn from the series of that moment', async () => {
    const link = { __name__: 'jaegis_link_signal', source: 'a/front', target: 'db', kind: 'database' };
    const series: [Record<string, string>, number][] = [
      [{ __name__: 'jaegis_pool_agents', pool: 'a/front' }, 3],
      [{ __name__: 'jaegis_pool_score', pool: 'a/front' }, 60],
      [{ ...link, signal: 'request_rate' }, 12],
      [{ ...link, signal: 'latency_p95' }, 0.25],
    ];
    const at = now - 300_000;
    await core.store.append(
      {
        refs: Uint32Array.from(series.map(([labels]) => core.store.resolve(labels, at) as number)),
        timestamps: new Float64Array(series.length).fill(at),
        values: Float64Array.from(series.map(([, value]) => value)),
        length: series.length,
      },
      now,
    );
    const ask = async (when: number) =>
      (await app.inject({ url: `/api/fleet/topology?at=${when}`, headers: { host: 'localhost' } })).json();
    expect(await ask(at + 10_000)).toEqual({
      at: at + 10_000,
      nodes: [
        { id: 'a/front', kind: 'pool', pool: 'a/front', health: 'degraded', agents: 3 },
        { id: 'db', kind: 'virtual', pool: null, health: 'unknown', agents: 0 },
      ],
      links: [
        {
          source: 'a/front',
          target: 'db',
          kind: 'database',
          rate: 12,
          errorRate: 0,
          p50: null,
          p95: 0.25,
          lastSeen: at,
        },
      ],
      hidden: { nodes: 0, links: 0 },
    });
    expect(await ask(at - 10_000)).toMatchObject({ nodes: [], links: [] });
  });
});

test('an agent that is gone for good is removed, one that is heard is not', async () => {
  const made = await makeApp({ now });
  const { core } = made;
  const send = async (method: 'POST' | 'DELETE' | 'GET', url: string, payload?: object) => {
    const answer = await made.app.inject({ method, url, headers: { host: 'localhost' }, ...(payload && { payload }) });
    return { status: answer.statusCode, body: answer.body };
  };
  const agent = '/api/fleet/agents/w%2F1';
  await send('POST', `${agent}/heartbeat`, { instanceId: 'w/1', pool: 'writers' });
  expect(await send('DELETE', agent)).toMatchObject({ status: 409, body: expect.stringContaining('it is heard') });
  core.fleet.registry.tick(now + 3_600_000);
  expect(core.fleet.registry.get('w/1')?.connectivity).toBe('lost');
  expect((await send('DELETE', agent)).status).toBe(204);
  expect((await send('GET', agent)).status).toBe(404);
  expect((await send('DELETE', agent)).status).toBe(404);
  expect(core.fleet.registry.counts('writers').lost).toBe(0);
  await made.app.close();
});

describe('a hostile question gets an answer', () => {
  test.each(['__proto__', 'constructor', 'toString'])('a form field called %s', async (field) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/query',
      headers: { host: 'localhost' },
      payload: `${field}=1&query=up`,
    });
    expect(answer.statusCode).toBe(200);
  });

  test.each(['constructor', '__proto__'])('a band of the signal %s', async (signal) => {
    const answer = await app.inject({
      url: `/api/fleet/bands?signal=${signal}&pool=p`,
      headers: { host: 'localhost' },
    });
    expect(answer.json()).toMatchObject({ times: [] });
  });

  test('what is listed can be cut, and says so', async () => {
    const labels = ['a', 'b', 'c'].map((job) => ({ __name__: 'up', job }));
    const refs = labels.map((each) => core.store.resolve(each, now) as number);
    await core.store.append(
      {
        refs: Uint32Array.from(refs),
        timestamps: new Float64Array(3).fill(now),
        values: new Float64Array(3),
        length: 3,
      },
      now,
    );
    const ask = (url: string) => app.inject({ url, headers: { host: 'localhost' } });
    expect((await ask('/api/v1/series?match[]=up&limit=2')).json()).toEqual({
      status: 'success',
      data: labels.slice(0, 2),
      warnings: ['results truncated due to limit'],
    });
    expect((await ask('/api/v1/label/job/values?limit=3')).json()).toEqual({
      status: 'success',
      data: ['a', 'b', 'c'],
    });
  });
});

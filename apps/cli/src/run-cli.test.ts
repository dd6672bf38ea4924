import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverOptions } from '@jaegis/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as example from '../test/example-fleet.ts';
import { FakeServer, fakeTerminal } from '../test/fake-server.ts';
import { namedFlags, optionFlags } from './commands/up.ts';
import { runCli } from './run-cli.ts';

const page = (items: readonly unknown[]) => ({ items, total: items.length, next: null });
const id = example.agent.instanceId;
const control = new FakeServer({ 'POST /trouble': { kind: 'slow' }, 'POST /shape': { shape: 'surge' } });
let server: FakeServer;

beforeAll(async () => {
  await control.start();
  const agents = [
    { ...example.agent, labels: { 'agent.url': control.url } },
    { ...example.agent, instanceId: 'load-1', pool: 'research/load', labels: { 'agent.url': control.url } },
    { ...example.agent, instanceId: 'far-1', pool: 'far', labels: { 'agent.url': 'http://198.51.100.7:80' } },
  ];
  server = await new FakeServer({
    'GET /api/fleet/agents': { ...page(agents), at: example.now },
    [`GET /api/fleet/agents/${id}`]: example.agentReport,
    [`POST /api/fleet/agents/${id}/commands`]: { id: 'c1', kind: 'drain' },
    [`GET /api/fleet/agents/${id}/output`]: { lines: ['one', 'two\u001b[2J'] },
    'GET /api/fleet/pools': page([example.pool]),
    [`PUT /api/fleet/pools/${encodeURIComponent('research/reader')}/mode`]: example.pool,
    'GET /api/fleet/links': page([example.link]),
    'GET /api/fleet/incidents': page([example.incident]),
    'GET /api/fleet/incidents/i-000007': example.incident,
    'POST /api/fleet/incidents/i-000007/ack': { ...example.incident, acknowledgedBy: 'kim' },
    'GET /api/fleet/alerts': page([example.alert]),
    'GET /api/fleet/decisions': page([example.decision]),
    'GET /api/fleet/decisions/d-000042': example.decision,
    'GET /api/fleet/health': example.report,
    'GET /api/fleet/events': [
      `event: agent\nid: 1\ndata: ${JSON.stringify({ ...example.agent, seq: 1 })}\n\n`,
      `event: decision\nid: 2\ndata: ${JSON.stringify({ ...example.decision, id: 'd-000043', seq: 2 })}\n\n`,
    ].join(''),
    'GET /api/v1/query': {
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: { __name__: 'up' }, value: [1, '1'] }] },
    },
  }).start();
});

afterAll(() => {
  server.close();
  control.close();
});

async function run(...args: string[]) {
  const fake = fakeTerminal({ env: { JAEGIS_URL: server.url } });
  const code = await runCli(args, fake.terminal);
  return { code, out: fake.out(), err: fake.err() };
}

describe('reading', () => {
  test('every list prints a table, and one JSON document with --json', async () => {
    for (const name of ['agents', 'pools', 'links', 'incidents', 'alerts', 'decisions']) {
      const table = await run(name);
      expect([name, table.code, table.err]).toEqual([name, 0, '']);
      expect(table.out.split('\n')[0]).toMatch(/^[A-Z]/);
      const { code, out } = await run(name, '--json');
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ items: expect.any(Array), next: null });
    }
  });

  test('asked for by name, what is bad exits 1', async () => {
    expect((await run('agents', 'reader')).code).toBe(0);
    expect((await run('pools', 'reader')).code).toBe(1);
    expect((await run('incidents', 'i-000007')).code).toBe(1);
    expect((await run('decisions', 'd-000042')).code).toBe(0);
  });

  test('explain finds the kind by the id', async () => {
    expect((await run('explain', 'd-000042')).out).toMatch(/^Decision d-000042/);
    expect(JSON.parse((await run('explain', 'i-000007', '--json')).out)).toMatchObject({
      kind: 'incident',
      id: 'i-000007',
    });
    expect(await run('explain', 'x')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^Cannot explain "x": no decision/),
    });
  });

  test('an agent’s output is shown without its escape sequences', async () => {
    expect((await run('agents', id, '--output')).out).toBe('one\ntwo\ufffd[2J\n');
  });

  test('top prints one frame where there is no terminal', async () => {
    const { code, out } = await run('top');
    expect(code).toBe(0);
    expect(out).toMatch(/^JAEGIS {2}▲ degraded {2}score 81/);
    expect(out).toContain('research/reader');
  });

  test('query', async () => {
    expect((await run('query', 'up')).out).toMatch(/^SERIES/);
    expect(await run('query', 'up', '--step', '5s')).toMatchObject({
      code: 2,
      err: 'Cannot use --step: is 5s without --range, must come with --range',
    });
    expect(await run('query', 'up', '--range', 'soon')).toMatchObject({ code: 2 });
  });

  test('decisions --follow prints what was and what comes, one JSON document a line', async () => {
    let lines = 0;
    const fake = fakeTerminal({
      env: { JAEGIS_URL: server.url },
      onWrite: () => {
        if (++lines === 2) fake.interrupt.abort();
      },
    });
    expect(await runCli(['decisions', '--follow', '--json'], fake.terminal)).toBe(0);
    const ids = fake
      .out()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids).toEqual(['d-000042', 'd-000043']);
  });
});

describe('acting', () => {
  test('mode, drain and ack say what they did', async () => {
    expect((await run('mode', 'reader', 'paused')).out).toMatch(/^research\/reader is in mode paused now/);
    expect((await run('drain', 'reader')).out).toBe(`${id} is told to drain with its next heartbeat.\n`);
    expect((await run('ack', 'i-000007', '--by', 'kim')).out).toMatch(/^i-000007 is acknowledged by kim/);
    expect(await run('mode', 'reader', 'off')).toMatchObject({
      code: 2,
      err: 'Cannot use mode: is "off", must be one of auto, recommend, paused, paused-in, paused-out',
    });
  });

  test('trouble goes to the agent itself, with the header it asks for', async () => {
    expect((await run('fleet', 'slow', 'reader', '--factor', '3')).out).toMatch(/takes 3 times as long/);
    expect(control.requests.at(-1)).toMatchObject({ path: '/trouble', body: { kind: 'slow', factor: 3 } });
    expect(control.requests.at(-1)!.headers['x-jaegis-trouble']).toBe('yes');
    expect((await run('fleet', 'surge')).out).toMatch(/^The load is surge now/);
    expect(control.requests.at(-1)).toMatchObject({ path: '/shape', body: { shape: 'surge' } });
  });

  test('an agent of another machine is left alone', async () => {
    expect(await run('fleet', 'slow', 'far-1')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/label agent\.url is http:\/\/198\.51\.100\.7:80, must be a loopback address/),
    });
  });

  test('a server of another machine is no place for trouble', async () => {
    expect(await run('fleet', 'surge', '--url', 'http://198.51.100.7:4300')).toMatchObject({ code: 2, out: '' });
  });

  test('fleet says what it knows', async () => {
    expect(await run('fleet', 'explode')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/"explode" is not known, must be one of calm/),
    });
    expect(await run('fleet', 'hang')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^Cannot hang an agent: none is named/),
    });
  });
});

describe('mistakes', () => {
  test('are one line and exit 2', async () => {
    for (const args of [
      ['agnts'],
      ['agents', '--foo'],
      ['explain'],
      ['agents', '--state', 'gone'],
      ['agents', '--url', 'x'],
    ]) {
      const { code, out, err } = await run(...args);
      expect([args, code, out]).toEqual([args, 2, '']);
      expect(err.split('\n')).toHaveLength(1);
      expect(err).toMatch(/^Cannot .+: .+, must /);
    }
  });

  test('no server says how to start one', async () => {
    const closed = await new FakeServer({}).start();
    closed.close();
    expect(await run('agents', '--url', closed.url)).toEqual({
      code: 1,
      out: '',
      err: `Cannot reach JAEGIS at ${closed.url}: connection refused, start it with \`npx jaegis up\``,
    });
  });

  test('help and version exit 0', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, err: '' });
    expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+/);
    expect((await run()).out).toMatch(/^Usage: jaegis/);
    expect((await run('agents', '--help')).out).toMatch(/Exit 1:/);
    expect((await run('help', 'agents')).out).toMatch(/^Usage: jaegis agents/);
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jaegis-cli-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('up has a flag for each server option', () => {
    const flags = optionFlags().map((option) => option.long);
    expect(flags).toEqual(Object.keys(serverOptions).map((name) => `--${name.replaceAll('_', '-')}`));
    expect(namedFlags({ dataDir: 'x', otlpGrpcPort: '1', json: true })).toEqual({ data_dir: 'x', otlp_grpc_port: '1' });
  });

  test('test refuses what it does not know', async () => {
    expect(await run('test', join(folder, 'none.scaling'))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/\(ENOENT\), must be a readable file$/),
    });
    writeFileSync(join(folder, 'a.txt'), '');
    expect(await run('test', join(folder, 'a.txt'))).toMatchObject({ code: 2 });
  });

  test('test runs a recording beside its .detect script', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${i * 60},${i === 150 ? 90 : 10 + (i % 3)}`);
    writeFileSync(join(folder, 'load.csv'), `time,load\n${rows.join('\n')}\n`);
    const file = join(folder, 'a.detect');
    writeFileSync(file, 'load load.csv\nexpect anomaly from 150m to 151m\nexpect quiet\n');
    const told = await run('test', file);
    expect(told).toMatchObject({
      code: 1,
      out: expect.stringMatching(/a\.detect:3: got \d+ anomalous of 200: load 90/),
    });
    writeFileSync(file, 'load none.csv\n');
    expect(await run('test', file)).toMatchObject({ code: 2, err: expect.stringContaining('none.csv') });
  });

  test('test runs PromQL scripts and says which line failed', async () => {
    const file = join(folder, 'a.promql');
    writeFileSync(
      file,
      'load 1m\n  up 1 2\n\neval instant at 1m sum(up)\n  {} 2\n\neval instant at 1m up + 1\n  {} 4\n',
    );
    const told = await run('test', file);
    expect(told).toMatchObject({ code: 1, out: expect.stringContaining('1 of 2') });
    expect(told.out).toContain(`${file}:7: up + 1: expected 4 for {} but got 3`);
  });
});

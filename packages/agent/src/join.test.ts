import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeHost } from '../test/fake-host.ts';
import { FakeServer, json } from '../test/fake-server.ts';
import type { Agent } from './agent.ts';
import { joinFrom } from './join.ts';
import type { JoinOptions } from './options.ts';

let server: FakeServer;
let host: FakeHost;
const agents: Agent[] = [];

beforeEach(async () => {
  server = await new FakeServer().start();
  host = new FakeHost({ JAEGIS_URL: server.url });
});
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.leave();
  await server.stop();
});

async function start(options: JoinOptions = {}): Promise<Agent> {
  const agent = await joinFrom(host, { pool: 'research/reader', instanceId: 'reader-1', telemetry: false, ...options });
  agents.push(agent);
  return agent;
}

/** Lets promises and loopback sockets get on until `condition` holds. */
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i++) {
    if (i > 20_000) throw new Error(`never became true: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('joining', () => {
  test('registers with the first heartbeat', async () => {
    const agent = await start({
      labels: { 'agent.url': 'http://127.0.0.1:9' },
      version: '1.2.3',
      token: 'a-secret-token-16',
    });
    expect(server.beats).toHaveLength(1);
    const [beat] = server.beats;
    expect(beat).toMatchObject({ method: 'POST', path: '/api/fleet/agents/reader-1/heartbeat' });
    expect(beat!.headers['authorization']).toBe('Bearer a-secret-token-16');
    expect(beat!.body).toMatchObject({
      instanceId: 'reader-1',
      pool: 'research/reader',
      status: 'ok',
      version: '1.2.3',
      progress: 0,
      labels: { 'agent.url': 'http://127.0.0.1:9', 'process.pid': '4242', 'host.name': 'box' },
      metrics: { in_flight: 0, memory_bytes: 50_000_000 },
    });
    expect(agent.stats).toMatchObject({ beats: 1, failedBeats: 0, isConnected: true, intervalMs: 30_000 });
  });

  test('keeps to the interval that the server asks for', async () => {
    server.respond = (_request, response) => json(response, { intervalMs: 4_000, commands: [] });
    await start();
    host.advance(3_999);
    expect(server.beats).toHaveLength(1);
    host.advance(1);
    await server.beatsReach(2);
  });

  test('says what it was told of its work', async () => {
    const agent = await start();
    agent.queue(() => 7);
    agent.progress(3);
    agent.metric('saturation', 0.4);
    agent.metric('broken', Number.NaN);
    agent.label('cloud.region', 'eu-1');
    host.advance(30_000);
    await server.beatsReach(2);
    expect(server.beats[1]!.body).toMatchObject({
      progress: 3,
      metrics: { queue_length: 7, saturation: 0.4 },
      labels: { 'cloud.region': 'eu-1' },
    });
    expect(server.beats[1]!.body.metrics).not.toHaveProperty('broken');
  });

  test('costs one timer, however much the host does', async () => {
    const agent = await start();
    expect(host.timers).toBe(1);
    for (let i = 0; i < 500; i++) {
      agent.progress();
      agent.metric(`m${i}`, i);
      agent.label(`l${i}`, 'x');
      await agent.run('step', {}, () => i);
    }
    expect(host.timers).toBe(1);
    expect(server.beats).toHaveLength(1);
    host.advance(30_000);
    await server.beatsReach(2);
    expect(server.beats[1]!.body.progress).toBe(1_000);
    expect(Object.keys(server.beats[1]!.body.metrics).length).toBeLessThanOrEqual(128);
    expect(Object.keys(server.beats[1]!.body.labels).length).toBeLessThanOrEqual(64);
    expect(agent.stats.refused).toBeGreaterThan(800);
  });

  test('leaves with a goodbye and no timer behind', async () => {
    const agent = await start();
    await agent.leave('done');
    expect(server.beats.at(-1)!.body).toMatchObject({ status: 'stopped', reason: 'done' });
    expect(host.timers).toBe(0);
  });
});

describe('a server that is away, slow or wrong', () => {
  test('being away costs nothing, and it comes back', async () => {
    await server.stop();
    const agent = await start();
    expect(agent.stats).toMatchObject({ beats: 0, failedBeats: 1, isConnected: false, lastError: 'ECONNREFUSED' });
    await server.start();
    host.advance(1_000);
    await until(() => agent.stats.isConnected);
    expect(agent.stats).toMatchObject({ beats: 1, lastError: '' });
  });

  test('a server that never answers is given up on after 2 s', async () => {
    server.respond = () => undefined;
    const joining = start();
    await server.beatsReach(1);
    host.advance(500);
    const agent = await joining;
    host.advance(1_500);
    await until(() => agent.stats.failedBeats === 1);
    expect(agent.stats.lastError).toBe('no answer within 2000 ms');
    server.respond = (_request, response) => json(response, { intervalMs: 30_000, commands: [] });
  });

  test.each([
    ['a status 500', (r: any) => json(r, { error: 'x' }, 500), 'answered 500'],
    ['no JSON', (r: any) => r.end('<html>'), 'answer is not JSON'],
    ['other JSON', (r: any) => json(r, ['hello']), 'answer is not one to a heartbeat'],
    ['a huge answer', (r: any) => r.end('x'.repeat(1_000_000)), 'answer is larger than 262144 bytes'],
    [
      'half an answer',
      (r: any) => {
        r.writeHead(200, { 'content-length': '100' });
        r.write('{');
        r.destroy();
      },
      'ECONNRESET',
    ],
  ])('%s is a failed heartbeat, tried again later', async (_name, respond, error) => {
    server.respond = (_request, response) => respond(response);
    const agent = await start();
    await until(() => agent.stats.failedBeats === 1);
    expect(agent.stats.lastError).toBe(error);
    server.respond = (_request, response) => json(response, { intervalMs: 30_000, commands: [] });
    host.advance(1_000);
    await until(() => agent.stats.isConnected);
  });

  test('waits longer and longer, a minute at most', async () => {
    server.respond = (_request, response) => json(response, {}, 503);
    const agent = await start();
    const waits: number[] = [];
    for (let i = 1; i < 10; i++) {
      await until(() => agent.stats.failedBeats === i);
      waits.push(host.nextInMs);
      host.advance(host.nextInMs);
    }
    expect(waits).toEqual([750, 1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000, 45_000]);
  });
});

describe('commands', () => {
  const command = (kind: string, id = kind) => ({
    intervalMs: 30_000,
    commands: [{ id, kind, at: 0, reason: 'asked' }],
  });

  test('drain: told, finished, said goodbye, ended', async () => {
    const agent = await start({ exitOnDrain: true });
    const said: string[] = [];
    let finish: () => void = () => undefined;
    agent.onDrain((reason) => void said.push(`${reason} ${agent.isDraining}`));
    const work = agent.run('work', {}, () => new Promise<void>((resolve) => (finish = resolve)));
    server.respond = (_request, response) => json(response, command('drain'));
    host.advance(30_000);
    await until(() => agent.isDraining && server.beats.some(({ body }) => body.status === 'draining'));
    expect(said).toEqual(['asked true']);
    expect(host.exits).toEqual([]);
    finish();
    await work;
    await until(() => host.exits.length > 0);
    expect(host.exits).toEqual([0]);
    expect(server.beats.at(-1)!.body).toMatchObject({ status: 'stopped', reason: 'drained: asked', progress: 1 });
  });

  test('a command that comes again is obeyed once', async () => {
    const agent = await start();
    let pauses = 0;
    agent.onPause(() => void pauses++);
    server.respond = (_request, response) => json(response, command('pause'));
    host.advance(30_000);
    await until(() => agent.isPaused);
    await server.beatsReach(3);
    await until(() => agent.stats.beats === 3);
    expect(pauses).toBe(1);
    server.respond = (_request, response) => json(response, command('resume'));
    host.advance(30_000);
    await until(() => !agent.isPaused);
  });

  test('callbacks that throw or reject are counted and change nothing', async () => {
    const agent = await start({ exitOnDrain: true });
    agent.queue(() => {
      throw new Error('no queue');
    });
    agent.onDrain(() => {
      throw new Error('sync');
    });
    agent.onDrain(() => Promise.reject(new Error('async')));
    await agent.drain('test');
    expect(host.exits).toEqual([0]);
    expect(agent.stats.callbackErrors).toBeGreaterThanOrEqual(3);
  });

  test('a drain handler that never returns is given up on', async () => {
    const agent = await start({ drainTimeoutMs: 5_000 });
    agent.onDrain(() => new Promise<void>(() => undefined));
    const draining = agent.drain('test');
    await server.beatsReach(2);
    host.advance(5_000);
    await draining;
    expect(host.exits).toEqual([]);
  });

  test('SIGTERM drains a supervised agent and nobody else', async () => {
    await start();
    expect(host.signal('SIGTERM')).toBe(false);
    host.env['JAEGIS_SUPERVISED'] = '1';
    await start({ instanceId: 'reader-2' });
    expect(host.signal('SIGTERM')).toBe(true);
    await until(() => host.exits.length === 1);
  });

  test('a drain of its supervisor is called off by SIGUSR2: it works on, and may be drained again', async () => {
    host.env['JAEGIS_SUPERVISED'] = '1';
    const agent = await start();
    const said: string[] = [];
    let finish: () => void = () => undefined;
    agent.onDrain(() => void said.push('drain'));
    agent.onTakenBack((reason) => void said.push(`back: ${reason} ${agent.isDraining}`));
    const work = agent.run('work', {}, () => new Promise<void>((resolve) => (finish = resolve)));
    expect(host.signal('SIGTERM')).toBe(true);
    await until(() => server.beats.some(({ body }) => body.status === 'draining'));
    expect(server.beats.at(-1)!.body.labels).toMatchObject({ 'jaegis.can_return': '1' });
    host.signal('SIGUSR2');
    finish();
    await work;
    await until(() => server.beats.at(-1)!.body.status === 'ok');
    expect(said).toEqual(['drain', 'back: load returned false']);
    host.advance(60_000);
    expect(host.exits).toEqual([]);
    host.signal('SIGTERM');
    await until(() => host.exits.length === 1);
    expect(said.at(-1)).toBe('drain');
  });

  test('a drain that a person asked for is not called off', async () => {
    host.env['JAEGIS_SUPERVISED'] = '1';
    const agent = await start();
    const drained = agent.drain('asked by a person');
    host.signal('SIGUSR2');
    await drained;
    expect(host.exits).toEqual([0]);
  });

  test('an agent that cannot undo its drain does not say that it can return', async () => {
    host.env['JAEGIS_SUPERVISED'] = '1';
    const agent = await start();
    agent.onDrain(() => undefined);
    agent.status('busy');
    await server.beatsReach(2);
    expect(server.beats[0]!.body.labels).toMatchObject({ 'jaegis.can_return': '1' });
    expect(server.beats[1]!.body.labels).not.toHaveProperty('jaegis.can_return');
  });

  test('commands that make no sense are left alone', async () => {
    server.respond = (_request, response) =>
      json(response, { intervalMs: -5, commands: [null, 3, { id: 1 }, { id: 'x', kind: 'explode' }] });
    const agent = await start();
    expect(agent.stats).toMatchObject({ beats: 1, intervalMs: 30_000 });
    expect(agent.isDraining).toBe(false);
  });
});

import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { discard, getJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isInstalled } from './peers/peer-store.ts';

/** Debian's package prometheus-alertmanager has it. */
const program = 'amtool';

let server: RunningServer | undefined;
let hook: Server;
const told: { kind: string; pool: string }[] = [];

beforeAll(async () => {
  hook = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      const { kind, incident } = JSON.parse(body).jaegis;
      told.push({ kind, pool: incident.pool });
      response.end();
    });
  });
  await new Promise<void>((listening) => hook.listen(0, '127.0.0.1', listening));
  server = await startServerProcess({
    config: `
receivers:
  - { name: ops, webhook: { url: "http://127.0.0.1:${(hook.address() as AddressInfo).port}/" } }
`,
  });
});

afterAll(async () => {
  await discard(server);
  hook.close();
});

/** What amtool says, as JSON where it is asked for that. */
function amtool(...args: string[]): any {
  const { status, stdout, stderr } = spawnSync(program, [`--alertmanager.url=${server!.url}`, ...args], {
    encoding: 'utf8',
  });
  expect({ status, args, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, args, stderr: '' });
  return args.includes('json') ? JSON.parse(stdout) : stdout.trim();
}

test('amtool posts alerts, silences them, and a silenced incident is told only when the silence ends', async ({
  skip,
}) => {
  if (!isInstalled(program)) skip(`${program} is not on the PATH`);
  const id = amtool('silence', 'add', 'pool=quiet', '--duration=1h', '--author=me', '--comment=work');
  amtool('alert', 'add', 'alertname=Loud', 'pool=loud', 'severity=critical', '--annotation=summary=all can hear it');
  amtool('alert', 'add', 'alertname=Quiet', 'pool=quiet', 'severity=critical', '--annotation=summary=nobody can');
  await until(async () => (await getJson(`${server!.url}/api/v2/alerts`)).length === 2, {
    what: 'both alerts to fire',
    timeoutMs: 30_000,
  });
  const names = (...args: string[]) =>
    amtool('alert', 'query', '-o', 'json', ...args).map((alert: any) => alert.labels.alertname);
  expect(names()).toEqual(['Loud']);
  expect(names('--silenced')).toEqual(['Quiet']);
  expect(names('severity=~crit.*')).toEqual(['Loud']);
  expect(amtool('silence', 'query', '-o', 'json')).toMatchObject([
    { id, comment: 'work', status: { state: 'active' } },
  ]);
  expect(amtool('config', 'routes')).toContain('receiver: ops');
  expect(amtool('cluster', 'show')).toContain('disabled');
  await until(async () => told.length > 0, { what: 'the loud one to be told', timeoutMs: 30_000 });
  // A restart forgets neither the silence nor what it holds back.
  await server!.kill();
  server = await server!.restart();
  expect(amtool('silence', 'query', '-q')).toBe(id);
  amtool('silence', 'expire', id);
  await until(async () => told.length > 1, { what: 'the quiet one to be told', timeoutMs: 30_000 });
  expect(told).toEqual([
    { kind: 'opened', pool: 'loud' },
    { kind: 'opened', pool: 'quiet' },
  ]);
});

import { discard, getJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterEach, expect, test } from 'vitest';

let server: RunningServer | undefined;

afterEach(async () => {
  await discard(server);
  server = undefined;
});

test('beyond loopback the server makes a token, prints it once, and asks for it', async () => {
  server = await startServerProcess({ flags: ['--listen', '0.0.0.0'] });
  const printed = () => /(?<![\w-])[\w-]{32}(?![\w-])/.exec(server!.output())?.[0];
  const token = await until(printed, { what: 'the token to be printed', timeoutMs: 10_000 });
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${server!.url}${path}`, { headers }).then((answer) => answer.status);
  expect(await ask('/api/fleet/agents')).toBe(401);
  expect(await ask('/metrics')).toBe(401);
  expect(await ask('/api/fleet/agents', { authorization: 'Bearer wrong' })).toBe(401);
  expect(await ask('/api/fleet/agents', { authorization: `Bearer ${token}` })).toBe(200);
  const otlp = await fetch(`${server.otlpUrl}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(otlp.status).toBe(401);

  await server.kill();
  server = await server.restart();
  expect(server.output()).not.toContain(token);
  expect(await ask('/api/fleet/agents', { authorization: `Bearer ${token}` })).toBe(200);
});

test('--insecure serves beyond loopback without a token, because someone said so', async () => {
  server = await startServerProcess({ flags: ['--listen', '0.0.0.0', '--insecure'] });
  expect((await getJson(`${server.url}/api/fleet/agents`)).items).toEqual([]);
});

test('two servers on one folder: the second says who has it and ends', async () => {
  server = await startServerProcess();
  await expect(startServerProcess({ dataDir: server.dataDir })).rejects.toThrow(
    /Cannot use data folder .* process \d+ is using it/,
  );
});

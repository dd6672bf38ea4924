/**
 * More than the server takes at once: it says 429 and when to come back, nothing that it has acknowledged is lost, and senders
 * recover. The load is `loadgen`'s, over hundreds of connections at once; beside it a real Prometheus sends what it scrapes.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discard, getJson, type RunningServer, runLoad, startServerProcess, until } from '@jaegis/bench';
import { afterEach, expect, test } from 'vitest';
import { freePort, isInstalled } from './peers/peer-store.ts';

const program = 'prometheus';
let server: RunningServer | undefined;
const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const each of cleanUps.splice(0).reverse()) await each();
  await discard(server);
  server = undefined;
});

/** Many small requests at once; those that are told to come back do so a few times. */
function load(url: string, of: { run: string; agents: number; connections: number; durationMs: number }) {
  return runLoad({
    load: { agents: of.agents, seriesPerAgent: 20, samplesPerRequest: 20, run: of.run },
    protocol: 'remote-write',
    intervalMs: 1_000,
    durationMs: of.durationMs,
    url,
    token: undefined,
    connections: of.connections,
    signal: new AbortController().signal,
    onProgress: () => {},
    progressEveryMs: 60_000,
  });
}

async function valueAsked(url: string, expr: string): Promise<number> {
  const { data } = await getJson(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
  return Number(data.result[0]?.value[1] ?? 0);
}

/** What is refused in the middle of it, with its headers. */
async function oneRefusal(url: string): Promise<Response> {
  return until(
    async () => {
      const answer = await fetch(`${url}/api/v1/write`, {
        method: 'POST',
        headers: remoteWrite,
        body: new Uint8Array(1),
      });
      return answer.status === 429 && answer;
    },
    { what: 'a 429', timeoutMs: 30_000 },
  );
}
const remoteWrite = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };

test('what is too much is told to come back; what was acknowledged is there; then all goes on as before', async () => {
  server = await startServerProcess();
  const { url } = server;
  const flood = load(url, { run: 'flood', agents: 900, connections: 600, durationMs: 2_500 });
  const refusal = await oneRefusal(url);
  expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(refusal.headers.get('x-prometheus-remote-write-samples-written')).toBe('0');
  const { samples, statuses } = await flood;
  expect(statuses['429']).toBeGreaterThan(0);
  expect(samples).toBeGreaterThan(0);
  expect(await valueAsked(url, 'sum(count_over_time({instance=~".+-flood-.+"}[5m]))')).toBeGreaterThanOrEqual(samples);
  const after = await load(url, { run: 'after', agents: 5, connections: 4, durationMs: 2_000 });
  expect(after).toMatchObject({ refused: 0, statuses: { 204: after.requests } });
});

test('a real Prometheus that sends in the middle of it comes back until everything it has scraped is there', async ({
  skip,
}) => {
  if (!isInstalled(program)) skip(`${program} is not on the PATH`);
  server = await startServerProcess();
  const { url } = server;
  const prometheus = await startScrapingPrometheus(`${url}/api/v1/write`);
  await until(async () => (await valueAsked(url, 'count_over_time(up[5m])')) > 1, {
    what: 'the first samples of Prometheus',
    timeoutMs: 30_000,
  });
  await load(url, { run: 'flood', agents: 900, connections: 600, durationMs: 2_500 });
  // Each sample of this series that Prometheus has, we have too, a moment later.
  const at = Date.now() / 1_000;
  const countAt = async (of: string) => {
    const query = encodeURIComponent('count_over_time(up[5m])');
    const { data } = await getJson(`${of}/api/v1/query?query=${query}&time=${at}`);
    return Number(data.result[0]?.value[1] ?? 0);
  };
  const scraped = await countAt(prometheus);
  expect(scraped).toBeGreaterThan(3);
  await until(async () => (await countAt(url)) === scraped, {
    what: `all ${scraped} samples to arrive`,
    timeoutMs: 60_000,
  });
  const failed = await valueAsked(prometheus, 'sum(prometheus_remote_storage_samples_failed_total)');
  expect(failed).toBe(0);
});

/** One that scrapes itself each second and sends all of it to `writeUrl`; gives its address. */
async function startScrapingPrometheus(writeUrl: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jaegis-overload-'));
  const port = await freePort();
  const config = `
global: { scrape_interval: 1s }
scrape_configs: [{ job_name: prometheus, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }]
remote_write:
  - url: ${writeUrl}
    queue_config: { retry_on_http_429: true, batch_send_deadline: 200ms, min_backoff: 30ms, max_backoff: 1s }
`;
  await writeFile(join(folder, 'prometheus.yml'), config);
  const flags = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn(program, flags, { stdio: 'ignore' });
  cleanUps.push(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok, {
    what: 'prometheus to be ready',
    timeoutMs: 60_000,
  });
  return url;
}

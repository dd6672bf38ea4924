/**
 * More than the server takes at once: it says 429 and when to come back, nothing that it has acknowledged is lost, and senders
 * recover. Hundreds of requests come at the same moment; beside them a real Prometheus sends what it scrapes.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  discard,
  freePort,
  getJson,
  LoadRequests,
  type RunningServer,
  remoteWriteHeaders,
  startServerProcess,
  until,
} from '@jaegis/bench';
import { afterEach, expect, test } from 'vitest';
import { isInstalled } from './peers/peer-store.ts';

const program = 'prometheus';
const inFlood = 'sum(count_over_time({instance=~".+-flood-.+"}[5m]))';
/** One request at a time may wait for the log: too much is then a matter of two at the same moment, on any machine. */
const narrow = { flags: ['--pending-requests-limit', '1'] };
let server: RunningServer | undefined;
const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const each of cleanUps.splice(0).reverse()) await each();
  await discard(server);
  server = undefined;
});

/** Small requests for one moment, of so many agents. */
function made(run: string, agents: number): Uint8Array[] {
  const requests = new LoadRequests({ agents, seriesPerAgent: 20, samplesPerRequest: 20, run }, 'remote-write');
  const at = Date.now();
  return Array.from({ length: requests.count }, (_, i) => requests.body(i, 1, at));
}

/** Sends all of them at the same moment. */
function atOnce(url: string, bodies: readonly Uint8Array[]): Promise<Response[]> {
  return Promise.all(
    bodies.map((body) => fetch(`${url}/api/v1/write`, { method: 'POST', headers: remoteWriteHeaders, body })),
  );
}

/** Waves of new series, everything of a wave at the same moment, until one is refused: its refusal, and the samples taken. */
async function flood(url: string): Promise<{ refusal: Response; taken: number; refused: Uint8Array[] }> {
  let taken = 0;
  for (let wave = 0; wave < 100; wave++) {
    const bodies = made(`flood-${wave}`, 300);
    const answers = await atOnce(url, bodies);
    taken += 20 * answers.filter((answer) => answer.status === 204).length;
    const refusal = answers.find((answer) => answer.status !== 204);
    if (refusal !== undefined) return { refusal, taken, refused: bodies.filter((_, i) => answers[i]?.status !== 204) };
  }
  throw new Error('300 requests at the same moment, a hundred times: nothing was refused');
}

async function valueAsked(url: string, expr: string): Promise<number> {
  const { data } = await getJson(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
  return Number(data.result[0]?.value[1] ?? 0);
}

test('what is too much is told to come back; what was acknowledged is there; who comes back is taken', async () => {
  server = await startServerProcess(narrow);
  const { url } = server;
  const { refusal, taken, refused } = await flood(url);
  expect(refusal.status).toBe(429);
  expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(refusal.headers.get('x-prometheus-remote-write-samples-written')).toBe('0');
  expect(await valueAsked(url, inFlood)).toBe(taken);
  for (const body of refused) expect((await atOnce(url, [body]))[0]?.status).toBe(204);
  expect(await valueAsked(url, inFlood)).toBe(taken + 20 * refused.length);
});

test('a real Prometheus that sends in the middle of it comes back until everything it has scraped is there', async ({
  skip,
}) => {
  if (!isInstalled(program)) skip(`${program} is not on the PATH`);
  server = await startServerProcess(narrow);
  const { url } = server;
  const prometheus = await startScrapingPrometheus(`${url}/api/v1/write`);
  await until(async () => (await valueAsked(url, 'count_over_time(up[5m])')) > 1, {
    what: 'the first samples of Prometheus',
    timeoutMs: 30_000,
  });
  const scrapedWhenFlooded = async () => {
    await flood(url);
    return valueAsked(prometheus, 'count_over_time(up[5m])');
  };
  await until(async () => (await scrapedWhenFlooded()) > 5, { what: 'scrapes amid floods', timeoutMs: 60_000 });
  // Each sample of this series that Prometheus has, we have too, a moment later.
  const at = Date.now() / 1_000;
  const countAt = async (of: string) => {
    const query = encodeURIComponent('count_over_time(up[5m])');
    const { data } = await getJson(`${of}/api/v1/query?query=${query}&time=${at}`);
    return Number(data.result[0]?.value[1] ?? 0);
  };
  const scraped = await countAt(prometheus);
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

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discard, freePort, getJson, postJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterEach, expect, test } from 'vitest';

const isInstalled = (program: string) => spawnSync(program, ['--version']).error === undefined;

let server: RunningServer | undefined;
let children: ChildProcess[] = [];
let folder: string | undefined;

afterEach(async () => {
  for (const child of children) await end(child);
  children = [];
  await discard(server);
  server = undefined;
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  folder = undefined;
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

function run(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: 'ignore' });
  children.push(child);
  return child;
}

async function newest(url: string, selector: string): Promise<string | undefined> {
  const { data } = await getJson(`${url}/api/v1/query?query=${encodeURIComponent(selector)}`);
  return data.result[0]?.value[1];
}

test('a node exporter that the configuration names is read, shown, and seen to be gone', async ({ skip }) => {
  const program = 'prometheus-node-exporter';
  if (!isInstalled(program)) skip(`${program} is not on the PATH`);
  const port = await freePort();
  const exporter = run(program, [`--web.listen-address=127.0.0.1:${port}`]);
  server = await startServerProcess({
    config: `
scrape:
  - job: machines
    url: http://127.0.0.1:${port}/metrics
    interval: 1s
    pool: hosts
    labels: { rack: "7" }
`,
  });
  const { url } = server;
  const one = `{job="machines",instance="127.0.0.1:${port}",rack="7"}`;
  await until(async () => (await newest(url, `up${one}`)) === '1', { what: 'up to be 1', timeoutMs: 20_000 });
  expect(Number(await newest(url, `node_load1${one}`))).toBeGreaterThanOrEqual(0);
  expect(Number(await newest(url, `scrape_samples_scraped${one}`))).toBeGreaterThan(200);
  const shown = async () => (await getJson(`${url}/api/fleet/system`)).scrapes[0];
  expect(await shown()).toMatchObject({ job: 'machines', up: true, error: '' });
  expect((await shown()).samples).toBeGreaterThan(200);
  const agents = await getJson(`${url}/api/fleet/agents?pool=hosts`);
  expect(agents.items).toMatchObject([{ instanceId: `127.0.0.1:${port}`, connectivity: 'live' }]);

  await end(exporter);
  await until(async () => (await newest(url, `up${one}`)) === '0', { what: 'up to be 0', timeoutMs: 20_000 });
  // What it said last is not repeated as if it were still true.
  expect(await newest(url, `node_load1${one}`)).toBeUndefined();
  expect(await shown()).toMatchObject({ up: false, error: expect.stringMatching(/^Cannot .+: .+/) });
});

test('our own metrics page is what promtool calls good', async ({ skip }) => {
  if (!isInstalled('promtool')) skip('promtool is not on the PATH');
  server = await startServerProcess();
  const { url, otlpUrl } = server;
  // Every counter has something to say: taken, refused, by protocol; and a pool's name that must be escaped.
  const config = { 'content-type': 'application/json' };
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'x', startTimeUnixNano: `${Date.now()}000000` };
  const attributes = [{ key: 'service.name', value: { stringValue: 'p "quoted\\' } }];
  for (const [signal, body] of [
    ['metrics', '{"resourceMetrics": ['],
    ['traces', JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }] })],
    ['logs', '{}'],
  ])
    await fetch(`${otlpUrl}/v1/${signal}`, { method: 'POST', headers: config, body: body! });
  await postJson(`${url}/api/fleet/agents/a-1/heartbeat`, { instanceId: 'a-1', pool: 'p "quoted\\' });
  await postJson(`${url}/api/fleet/agents/a-1/heartbeat`, 'nonsense');
  const page = await until(
    async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return text.includes('jaegis_store_series') && text.includes('jaegis_ingest_rejected_total') && text;
    },
    { what: 'all families on the page', timeoutMs: 40_000 },
  );
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' });
  expect(`${checked.stdout}${checked.stderr}`).toBe('');
  expect(checked.status).toBe(0);
});

test('a real Prometheus reads our own metrics page', async ({ skip }) => {
  if (!isInstalled('prometheus')) skip('prometheus is not on the PATH');
  server = await startServerProcess();
  const { url } = server;
  await postJson(`${url}/api/fleet/agents/a-1/heartbeat`, { instanceId: 'a-1', pool: 'p' });
  folder = await mkdtemp(join(tmpdir(), 'jaegis-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  await writeFile(
    config,
    `scrape_configs: [{ job_name: jaegis, scrape_interval: 1s, static_configs: [{ targets: ["${new URL(url).host}"] }] }]`,
  );
  const port = await freePort();
  run('prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  const prometheus = `http://127.0.0.1:${port}`;
  await until(async () => (await newest(prometheus, 'up{job="jaegis"}').catch(() => undefined)) === '1', {
    what: 'Prometheus to have read us',
    timeoutMs: 30_000,
  });
  const { data } = await getJson(`${prometheus}/api/v1/targets`);
  expect(data.activeTargets[0]).toMatchObject({ health: 'up', lastError: '' });
  expect(await newest(prometheus, 'jaegis_ingest_heartbeats_total')).toBe('1');
});

// `jaegis loadgen` against the real server, and a real Prometheus that sends remote write into it.
import { execFile, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cliPath, discard, freePort, getJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
let server: RunningServer;

beforeAll(async () => {
  server = await startServerProcess({ flags: ['--log-level', 'warn'] });
});
afterAll(() => discard(server));

async function load(...flags: string[]) {
  const base = ['loadgen', '--url', server.url, '--json', '--duration', '2s', '--interval', '1s'];
  const { stdout } = await run(process.execPath, [cliPath, ...base, ...flags]);
  return JSON.parse(stdout);
}

test.each(['otlp', 'remote-write'])(
  '%s: all of a load is taken, its agents register, its probe is seen',
  async (protocol) => {
    const summary = await load('--protocol', protocol, '--agents', '20', '--series', '30');
    expect(summary).toMatchObject({ agents: 20, series: 600, refused: 0, late: 0, firstRefusal: '' });
    expect(summary.samples).toBeGreaterThanOrEqual(600);
    expect(summary.samples % 30).toBe(0);
    expect(summary.visibleMs.probes).toBeGreaterThan(0);
    const agents = await getJson<{ total: number }>(`${server.url}/api/fleet/agents?limit=1`);
    expect(agents.total).toBeGreaterThanOrEqual(20);
  },
);

test('more series than are allowed is bad input, said in one line', async () => {
  const failed = await run(process.execPath, [cliPath, 'loadgen', '--agents', '100000', '--series', '1000']).catch(
    (error: { code: number; stderr: string }) => error,
  );
  expect(failed).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Cannot make the load: .* at most 4000000\n$/),
  });
});

const prometheus = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'prometheus'))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

test.skipIf(prometheus === undefined)(
  'a real Prometheus (program prometheus) writes what it scrapes of itself',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jaegis-prometheus-'));
    const config = `
global: { scrape_interval: 1s }
scrape_configs: [{ job_name: self, static_configs: [{ targets: ['127.0.0.1:PORT'] }] }]
remote_write: [{ url: '${server.url}/api/v1/write', send_exemplars: true, metadata_config: { send_interval: 1s } }]
`;
    const port = await freePort();
    writeFileSync(join(folder, 'prometheus.yml'), config.replaceAll('PORT', String(port)));
    const args = [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const child = spawn(prometheus!, args, { stdio: 'ignore' });
    try {
      const query = encodeURIComponent('prometheus_remote_storage_samples_total{job="self"}');
      const sent = await until(
        async () => {
          const answer = await getJson(`${server.url}/api/v1/query?query=${query}`);
          const value = Number(answer.data?.result?.[0]?.value?.[1] ?? 0);
          return value > 500 ? answer : undefined;
        },
        { what: 'samples of Prometheus to arrive', timeoutMs: 30_000 },
      );
      expect(sent.data.result[0].metric).toMatchObject({ job: 'self', instance: `127.0.0.1:${port}` });
      const metadata = await until(
        async () => {
          const answer = await getJson(`${server.url}/api/v1/metadata?metric=prometheus_build_info`);
          return answer.data.prometheus_build_info === undefined ? undefined : answer;
        },
        { what: 'metadata of Prometheus to arrive', timeoutMs: 20_000 },
      );
      expect(metadata.data.prometheus_build_info[0].type).toBe('gauge');
      const failed = await getJson(
        `${server.url}/api/v1/query?query=${encodeURIComponent('prometheus_remote_storage_samples_failed_total')}`,
      );
      expect(failed.data.result.map((each: { value: [number, string] }) => each.value[1])).toEqual(['0']);
    } finally {
      child.kill();
      await new Promise((resolve) => child.once('exit', resolve));
      rmSync(folder, { recursive: true, force: true });
    }
  },
  60_000,
);

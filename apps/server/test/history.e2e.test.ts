/** What a user does with history: blocks under a running server, backups of it, a restore that is started, a deletion. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cliPath, discard, getJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
const flags = ['--block-window', '2s', '--out-of-order-window', '1s'];
let root: string;
const servers: RunningServer[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'jaegis-history-'));
});

afterEach(async () => {
  for (const server of servers.splice(0)) await discard(server);
  await rm(root, { recursive: true, force: true });
});

async function start(dataDir?: string): Promise<RunningServer> {
  const server = await startServerProcess(dataDir === undefined ? { flags } : { flags, dataDir });
  servers.push(server);
  return server;
}

/** Ten minutes of a gauge, one sample a second, its value its number. */
async function send(server: RunningServer, from: number, at: number): Promise<void> {
  const dataPoints = Array.from({ length: 600 }, (_, i) => ({
    timeUnixNano: `${at + i * 1_000}000000`,
    asDouble: from + i,
  }));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'past' } }] };
  const body = {
    resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: 'past', gauge: { dataPoints } }] }] }],
  };
  const answer = await fetch(`${server.otlpUrl}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([answer.status, await answer.text()]).toEqual([200, '{}']);
}

async function values(server: RunningServer, at: number): Promise<number[]> {
  const { data } = await getJson(`${server.url}/api/v1/query?query=past[1h]&time=${at / 1_000}`);
  return data.result.flatMap((series: { values: [number, string][] }) =>
    series.values.map(([, value]) => Number(value)),
  );
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

async function jaegis(...args: string[]): Promise<{ newFiles: number; files: number; name: string }> {
  const { stdout } = await run(process.execPath, [cliPath, ...args, '--json']);
  return JSON.parse(stdout);
}

test('blocks, incremental backups, kill -9, restore, deletion', async () => {
  const server = await start();
  const at = Math.floor(Date.now() / 1_000) * 1_000 - 30 * 60_000;
  const end = at + 3_600_000 - 60_000;
  await send(server, 0, at);
  await until(async () => (await getJson(`${server.url}/api/fleet/system`)).storage.blocks.count > 0, {
    what: 'a block',
    timeoutMs: 60_000,
  });
  expect(await values(server, end)).toEqual(upTo(600));

  const dir = join(root, 'backups');
  const first = await jaegis('backup', dir, '--url', server.url);
  // Files that hold the same (two empty logs) are kept once.
  const kept = await readdir(join(dir, 'objects'), { recursive: true, withFileTypes: true });
  expect(first.newFiles).toBe(kept.filter((entry) => entry.isFile()).length);
  await send(server, 600, at + 600_000);
  // Blocks may just have been merged into a new one: then there is nothing to keep from the backup before.
  const second = await until(
    async () => {
      const backup = await jaegis('backup', dir, '--url', server.url);
      return backup.newFiles < backup.files && backup;
    },
    { what: 'a backup that keeps files of the one before', timeoutMs: 30_000 },
  );

  await server.kill();
  const again = await server.restart();
  servers.push(again);
  expect(await values(again, end)).toEqual(upTo(1_200));

  for (const [n, samples] of [
    [0, 600],
    [1, 1_200],
  ] as const) {
    const name = [first, second][n]!.name;
    const when = name.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:');
    const data = join(root, `restored-${n}`);
    await jaegis('restore', dir, '--data-dir', data, '--at', when);
    const restored = await start(data);
    expect(await values(restored, end)).toEqual(upTo(samples));
  }

  const deleted = await fetch(
    `${again.url}/api/v1/admin/tsdb/delete_series?match[]=past&end=${(at + 599_000) / 1_000}`,
    { method: 'POST' },
  );
  expect(deleted.status).toBe(204);
  expect(await values(again, end)).toEqual(upTo(1_200).slice(600));
  expect((await fetch(`${again.url}/api/v1/admin/tsdb/clean_tombstones`, { method: 'POST' })).status).toBe(204);
  expect(await values(again, end)).toEqual(upTo(1_200).slice(600));
});

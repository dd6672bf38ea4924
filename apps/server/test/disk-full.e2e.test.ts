import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getJson, postJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterAll, expect, test } from 'vitest';

const disk = mkdtempSync(join(tmpdir(), 'jaegis-small-disk-'));
const hasDisk = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]).status === 0;
let server: RunningServer | undefined;

afterAll(async () => {
  await server?.stop();
  if (hasDisk) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const beat = (url: string, id: string) =>
  postJson(`${url}/api/fleet/agents/${id}/heartbeat`, { instanceId: id, pool: 'small', status: 'ok' });

/** One gauge of an agent that is new with each name. */
const say = (url: string, agent: string, value: number) =>
  postJson(`${url}/v1/metrics`, {
    resourceMetrics: [
      {
        resource: {
          attributes: Object.entries({ 'service.name': 'small', 'service.instance.id': agent }).map(([key, text]) => ({
            key,
            value: { stringValue: text },
          })),
        },
        scopeMetrics: [
          {
            metrics: [
              { name: 'said', gauge: { dataPoints: [{ timeUnixNano: `${Date.now()}000000`, asDouble: value }] } },
            ],
          },
        ],
      },
    ],
  });

test('a full disk refuses samples with 503, opens an incident, keeps agents and answers, and heals', async ({
  skip,
}) => {
  if (!hasDisk) skip('a small disk cannot be mounted here (needs root)');
  server = await startServerProcess({
    dataDir: disk,
    config: 'alerting: { resolve_after: 2s }\n',
  });
  const { url } = server;
  expect((await say(url, 'before', 1)).status).toBe(200);
  const ballast = join(disk, 'ballast');
  // The last bytes go to whoever writes next: the log, or the metadata.
  const fill = () => {
    const { bavail, bsize } = statfsSync(disk);
    if (bavail > 0) writeFileSync(ballast, Buffer.alloc(bavail * bsize), { flag: 'a' });
  };
  const full = await until(
    async () => {
      fill();
      const answer = await say(url, 'before', 2);
      return answer.status === 200 ? undefined : answer;
    },
    { what: 'a sample to be refused', timeoutMs: 20_000 },
  );
  expect(full.status).toBe(503);
  expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0);
  // Who is new is known all the same, and its heartbeats are answered.
  expect((await beat(url, 'new-1')).status).toBe(200);
  fill();
  const found = await until(
    async () => {
      expect((await beat(url, 'new-1')).status).toBe(200);
      const { items } = await getJson(`${url}/api/fleet/incidents?state=open`);
      return items.find((each: { pool: string }) => each.pool === 'jaegis');
    },
    { what: 'the incident', timeoutMs: 40_000, everyMs: 500 },
  );
  expect(found).toMatchObject({ title: 'The disk of JAEGIS is full', severity: 'critical' });
  expect((await getJson(`${url}/api/fleet/incidents/${found.id}`)).id).toBe(found.id);
  expect((await getJson(`${url}/api/fleet/system`)).storage.error).not.toBe('');
  expect((await getJson(`${url}/api/v1/query?query=said`)).data.result).toHaveLength(1);

  rmSync(ballast);
  await until(async () => (await say(url, 'new-1', 3)).status === 200, { what: 'it to heal', timeoutMs: 30_000 });
  const over = async () => (await getJson(`${url}/api/fleet/incidents/${found.id}`)).state === 'resolved';
  await until(over, { what: 'the incident to be over', timeoutMs: 30_000, everyMs: 500 });
  await server.kill();
  server = await server.restart();
  expect((await getJson(`${url}/api/fleet/incidents/${found.id}`)).title).toBe(found.title);
  expect((await getJson(`${url}/api/fleet/agents/new-1`)).pool).toBe('small');
  expect(server.output()).not.toContain('BUG');
});

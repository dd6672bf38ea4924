import { SenderLimiter } from '@jaegis/ingest';
import { resolveServerOptions } from '@jaegis/model';
import { MetricsStore, memoryDirectory } from '@jaegis/tsdb';
import type { FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import { openMeanwhile } from './waiting-room.ts';

const hour = 3_600_000;
const t0 = 1_700_006_400_000;
const now = t0 + 5 * hour;
const ignore = (): void => {};

const settings = { seriesLimit: 10, seriesLimitPerGroup: 10, retentionMs: 1e12, now };

async function written() {
  const directory = memoryDirectory();
  const store = await MetricsStore.open({ directory, ...settings });
  const ref = store.resolve({ __name__: 'm' }, now) as number;
  const length = 299;
  await store.append(
    {
      refs: new Uint32Array(length).fill(ref),
      timestamps: Float64Array.from({ length }, (_, i) => t0 + i * 60_000),
      values: Float64Array.from({ length }, (_, i) => i),
      length,
    },
    now,
  );
  await store.tidy(now);
  await store.close();
  return directory;
}

function room(onListen: (app: FastifyInstance) => Promise<number>, patienceMs: number) {
  const resolved = resolveServerOptions({ file: {}, environment: {}, flags: {} });
  if (!resolved.ok) throw new Error(resolved.error);
  return {
    core: {
      clock: { now: () => now, after: () => ignore, every: () => ignore },
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    },
    http: {
      options: resolved.options,
      token: undefined,
      limiter: new SenderLimiter({ ratePerSecond: 1_000 }),
      dashboardDir: undefined,
      snapshot: async () => '',
    },
    listen: onListen,
    patienceMs,
  };
}

test('while the log is read blocks can be asked, and all else is told to come again', async () => {
  const directory = await written();
  const answers: unknown[] = [];
  let release = ignore;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const get = async (app: FastifyInstance, url: string) => app.inject({ url, headers: { host: 'localhost' } });
  const { opened, port } = await openMeanwhile(
    (onHistory) => MetricsStore.open({ directory, ...settings, onHistory, pause: () => held }),
    room(async (app) => {
      const old = await get(app, `/api/v1/query?query=m&time=${(t0 + hour) / 1_000}`);
      answers.push(old.json().data.result[0].value[1]);
      answers.push((await get(app, '/healthz')).statusCode, (await get(app, '/readyz')).statusCode);
      const other = await get(app, '/api/fleet/agents');
      answers.push(other.statusCode, other.headers['retry-after'], other.json().error.code);
      release();
      return 4300;
    }, 0),
  );
  expect(answers).toEqual(['60', 200, 503, 503, '2', 'starting']);
  expect(port).toBe(4300);
  expect(opened.select([], -Infinity, Infinity)[0]!.values).toHaveLength(299);
});

test('a quick start has no waiting room', async () => {
  const directory = await written();
  const { port } = await openMeanwhile(
    (onHistory) => MetricsStore.open({ directory, ...settings, onHistory }),
    room(() => Promise.reject(new Error('must not listen')), 60_000),
  );
  expect(port).toBeUndefined();
});

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { evalRange } from '@jaegis/promql';
import { openDirectory } from '@jaegis/store';
import { MetricsStore } from '@jaegis/tsdb';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { QueryRunner } from '../src/query/query-runner.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const now = 1_700_000_000_000;
let folder = '';
let store: MetricsStore;
let runner: QueryRunner;
const damages: string[] = [];

beforeAll(async () => {
  // Inside the repository, where the packages that stay outside of the bundle are found.
  folder = await mkdtemp(join(root, '.cache-query-worker-'));
  await build({
    entryPoints: [join(root, 'apps/server/src/query/query-worker.ts')],
    outfile: join(folder, 'query-worker.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    external: ['@lezer/*', '@prometheus-io/*', 'libsql'],
    logLevel: 'error',
  });
  store = await MetricsStore.open({
    directory: await openDirectory(join(folder, 'metrics')),
    now,
    seriesLimit: 10_000,
    seriesLimitPerGroup: 10_000,
    retentionMs: 86_400_000,
    blockRangeMs: 600_000,
    outOfOrderWindowMs: 60_000,
  });
  const refs = Array.from(
    { length: 400 },
    (_, i) => store.resolve({ __name__: 'x_total', pool: `${i % 7}`, agent: `${i}` }, now) as number,
  );
  for (let step = 0; step < 360; step++) {
    const at = now - (359 - step) * 10_000;
    const batch = {
      refs: Uint32Array.from(refs),
      timestamps: new Float64Array(400).fill(at),
      values: Float64Array.from(refs, (_, i) => step * (i + 1)),
      length: 400,
    };
    await store.append(batch, now);
  }
  // A part of it lies in blocks, which the worker opens by itself.
  await store.tidy(now);
  expect(store.stats().blocks.count).toBeGreaterThan(0);
  const workers = { file: pathToFileURL(join(folder, 'query-worker.mjs')), folder: join(folder, 'metrics') };
  runner = new QueryRunner({
    store,
    workers: { ...workers, onDamage: (message) => damages.push(message) },
    stopwatch: () => performance.now(),
  });
});

afterAll(async () => {
  await runner.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const steps = { startMs: now - 3_000_000, endMs: now, stepMs: 30_000 };
const expr = 'sum by (pool) (rate(x_total[5m])) / count by (pool) (x_total)';
const live = () => ({ timeoutMs: 60_000, signal: new AbortController().signal });

test('the worker answers what this thread answers, and the store is as it was', async () => {
  const whole = evalRange(store, expr, steps);
  for (let i = 0; i < 3; i++) {
    const { answer } = await runner.run({ expr, steps, options: {} }, live());
    expect(answer.ok && whole.ok && JSON.parse(Buffer.from(answer.data).toString()).result).toEqual(
      whole.ok && whole.result,
    );
  }
  expect(runner.stats()).toMatchObject({ handedOver: 3, inline: 0 });
  expect(damages).toEqual([]);
});

test('a small query does not wait behind great ones', async () => {
  const heavy = { expr: 'quantile_over_time(0.5, x_total[50m])', steps, options: {} };
  const great = [runner.run(heavy, live()), runner.run(heavy, live())];
  const { answer } = await runner.run(
    { expr: 'x_total{agent="1"}', steps: { startMs: now, endMs: now, stepMs: 0 }, options: {} },
    live(),
  );
  expect(answer).toMatchObject({ ok: true, samplesRead: 1 });
  expect(runner.stats().inline).toBe(1);
  for (const each of great) expect((await each).answer.ok).toBe(true);
});

test('a query may be given up and may run out of time; the next is answered all the same', async () => {
  const heavy = { expr: 'quantile_over_time(0.5, x_total[50m])', steps: { ...steps, stepMs: 1_000 }, options: {} };
  const controller = new AbortController();
  const given = runner.run(heavy, { timeoutMs: 60_000, signal: controller.signal });
  controller.abort();
  expect((await given).answer).toMatchObject({ ok: false, errorType: 'canceled' });
  expect((await runner.run(heavy, { ...live(), timeoutMs: 60 })).answer).toMatchObject({
    ok: false,
    errorType: 'timeout',
  });
  expect((await runner.run({ expr, steps, options: {} }, live())).answer.ok).toBe(true);
});

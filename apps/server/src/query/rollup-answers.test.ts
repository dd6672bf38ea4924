/** PromQL over rollups comes to what it comes to over the samples that they were made of. */
import { seededRng } from '@jaegis/std';
import { MetricsStore, memoryDirectory } from '@jaegis/tsdb';
import { beforeAll, describe, expect, test } from 'vitest';
import { QueryRunner } from './query-runner.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** Midnight UTC. */
const t0 = 1_700_006_400_000;
const stepMs = 30_000;
const days = 4;
const end = t0 + days * day - 1;

const names = ['requests_total', 'load'];
let raw: QueryRunner;
let rolled: QueryRunner;
/** Raw samples are gone here. */
let old: QueryRunner;

async function runner(retentionMs: number, rollups: readonly { widthMs: number; retentionMs: number }[]) {
  const store = await MetricsStore.open({
    directory: memoryDirectory(),
    now: t0,
    seriesLimit: 10,
    seriesLimitPerGroup: 10,
    retentionMs,
    rollups,
  });
  const rng = seededRng(4);
  const refs = names.map((__name__) => store.resolve({ __name__ }, t0) as number);
  let counter = 0;
  const length = (12 * hour) / stepMs;
  for (let part = 0; part < days * 2; part++) {
    const batch = {
      refs: new Uint32Array(2 * length),
      timestamps: new Float64Array(2 * length),
      values: new Float64Array(2 * length),
      length: 2 * length,
    };
    for (let i = 0; i < length; i++) {
      // Restarts about once in three hours.
      counter = rng.chance(0.003) ? rng.int(0, 5) : counter + rng.int(0, 20);
      batch.refs.set(refs, 2 * i);
      batch.timestamps.fill(t0 + (part * length + i) * stepMs, 2 * i, 2 * i + 2);
      batch.values[2 * i] = counter;
      batch.values[2 * i + 1] = Math.round((10 + 5 * Math.sin(i / 200) + rng.normal()) * 1_000) / 1_000;
    }
    const now = t0 + (part + 1) * 12 * hour;
    await store.append(batch, now);
    await store.tidy(now);
  }
  await store.tidy(end + hour);
  return new QueryRunner({ store, stopwatch: () => 0 });
}

const rollups = [
  { widthMs: 60_000, retentionMs: 90 * day },
  { widthMs: hour, retentionMs: 400 * day },
];

beforeAll(async () => {
  raw = await runner(90 * day, []);
  rolled = await runner(90 * day, rollups);
  old = await runner(day, rollups);
}, 60_000);

async function ask(from: QueryRunner, expr: string): Promise<{ value: number; samples: number }> {
  const query = { expr, steps: { startMs: end, endMs: end, stepMs: 0 }, options: {}, limit: 0 };
  const { answer } = await from.run(query, { timeoutMs: 10_000, signal: new AbortController().signal });
  if (!answer.ok) throw new Error(answer.error);
  const value = Number(JSON.parse(Buffer.from(answer.data).toString()).result[0].value[1]);
  return { value, samples: answer.samplesRead };
}

describe('one number for days', () => {
  test.each([
    ['increase(requests_total[4d])', 1e-3],
    ['rate(requests_total[3h])', 0.02],
    ['max_over_time(load[3d])', 0],
    ['min_over_time(load[3h])', 0],
    ['sum_over_time(load[3d])', 1e-9],
    ['count_over_time(load[3d])', 0],
    ['avg_over_time(load[3d])', 1e-9],
    ['quantile_over_time(0.95, load[4d])', 0.05],
    ['stddev_over_time(load[3h])', 0.1],
  ])('%s', async (expr, tolerance) => {
    const [exact, answer, late] = [await ask(raw, expr), await ask(rolled, expr), await ask(old, expr)];
    if (!expr.startsWith('count')) expect(answer.samples).toBeLessThan(exact.samples);
    for (const { value } of [answer, late])
      expect(Math.abs(value - exact.value)).toBeLessThanOrEqual(Math.abs(exact.value) * tolerance + 1e-12);
  });
});

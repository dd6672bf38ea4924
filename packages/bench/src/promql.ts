/**
 * CPU time of PromQL queries inside this process, over the metrics store in memory: what planning and handing over the
 * compressed samples costs (the main thread of the server), and what decoding, evaluating and writing the answer costs
 * (its workers), without kept samples and when asked again. Medians; sockets and messages are left out. `--only=TEXT` takes the cases with TEXT in their name.
 */
import { answerPlanned, type PreparedQuery, planQuery } from '@jaegis/promql';
import {
  DistantStore,
  type LabelSender,
  type MemoryDirectory,
  MetricsStore,
  memoryDirectory,
  type SampleSender,
} from '@jaegis/tsdb';
import type { BenchRow } from './loop.ts';

const now = 1_700_000_000_000;
const hourMs = 3_600_000;
const scrapeMs = 10_000;

interface Case {
  readonly name: string;
  readonly query: PreparedQuery;
  readonly runs: number;
}

function range(expr: string, spanMs: number, stepMs: number): PreparedQuery {
  return { expr, steps: { startMs: now - spanMs, endMs: now, stepMs }, options: {} };
}

function moment(expr: string): PreparedQuery {
  return { expr, steps: { startMs: now, endMs: now, stepMs: 0 }, options: {} };
}

const cases: readonly Case[] = [
  { name: 'one series, 24 h, step 10 s', query: range('day_total', 24 * hourMs, scrapeMs), runs: 41 },
  {
    name: 'rate[5m] of one series, 24 h, step 60 s',
    query: range('rate(day_total[5m])', 24 * hourMs, 60_000),
    runs: 41,
  },
  {
    name: 'sum by (pool) (rate[5m]), 1,000 series, 1 h, step 15 s',
    query: range('sum by (pool) (rate(hour_total[5m]))', hourMs, 15_000),
    runs: 15,
  },
  { name: 'topk(10), 10,000 series, one moment', query: moment('topk(10, wide)'), runs: 15 },
  {
    name: 'quantile_over_time[1h], 100 series, 1 h, step 60 s',
    query: range('quantile_over_time(0.9, hour_total{agent=~".?.?"}[1h])', hourMs, 60_000),
    runs: 7,
  },
  {
    name: 'a / b on 1,000 pairs, 1 h, step 15 s',
    query: range('hour_total / on (agent, pool) hour_other', hourMs, 15_000),
    runs: 11,
  },
];

export async function run(
  options: { quick?: boolean; args?: readonly string[] } = {},
): Promise<{ title: string; rows: BenchRow[] }> {
  const directory = memoryDirectory();
  const store = await filledStore(directory);
  const distant = new DistantStore({ directory, cacheBytes: 32 * 2 ** 20 });
  const labels = store.handover.labelSender();
  const samples = store.handover.sampleSender();
  const rows: BenchRow[] = [];
  const only = options.args?.find((arg) => arg.startsWith('--only='))?.slice('--only='.length) ?? '';
  for (const { name, query, runs } of cases.filter((each) => each.name.includes(only))) {
    const count = options.quick === true ? 3 : runs;
    const first = await measure({ store, distant, query, count, senders: { labels } });
    // What the thread keeps decoded is there from the second question on.
    const again = await measure({ store, distant, query, count, senders: { labels, samples } });
    rows.push({
      name,
      value: first.readMs + first.evaluateMs,
      unit: 'ms CPU',
      note: `${first.readMs.toFixed(2)} handing over ${first.samples.toLocaleString('en')} samples, ${first.evaluateMs.toFixed(2)} answering with ${first.bytes.toLocaleString('en')} bytes; asked again ${again.readMs.toFixed(2)} and ${again.evaluateMs.toFixed(2)}`,
    });
  }
  await store.close();
  return { title: 'PromQL in one thread, store in memory', rows };
}

interface Asked {
  readonly store: MetricsStore;
  readonly distant: DistantStore;
  readonly query: PreparedQuery;
  readonly count: number;
  readonly senders: { readonly labels: LabelSender; readonly samples?: SampleSender };
}

async function measure({ store, distant, query, count, senders }: Asked) {
  const readMs: number[] = [];
  const evaluateMs: number[] = [];
  let bytes = 0;
  let samples = 0;
  for (let i = 0; i < count; i++) {
    const start = process.cpuUsage();
    const plan = planQuery(query);
    if (!plan.ok) throw new Error(plan.error);
    let read = start;
    const given = { ...senders, maxSamples: 5e7, pause: () => Promise.resolve() };
    const answer = await store.handover.give(plan.selections, given, async (handed) => {
      read = process.cpuUsage(start);
      const answers = await distant.take(handed);
      return answerPlanned(query, plan, (index, limits) => answers.find(index, plan.selections[index]!, limits));
    });
    const whole = process.cpuUsage(start);
    if (!answer.ok) throw new Error(answer.error);
    readMs.push((read.user + read.system) / 1_000);
    evaluateMs.push((whole.user + whole.system - read.user - read.system) / 1_000);
    bytes = answer.data.length;
    samples = answer.samplesRead;
  }
  return { readMs: median(readMs), evaluateMs: median(evaluateMs), bytes, samples };
}

async function filledStore(directory: MemoryDirectory): Promise<MetricsStore> {
  const store = await MetricsStore.open({
    directory,
    now,
    seriesLimit: 100_000,
    seriesLimitPerGroup: 100_000,
    retentionMs: 48 * hourMs,
    outOfOrderWindowMs: 48 * hourMs,
  });
  const fill = async (name: string, series: number, spanMs: number): Promise<void> => {
    const refs = Uint32Array.from({ length: series }, (_, i) => {
      const labels = { __name__: name, pool: `pool-${i % 20}`, agent: `${i}`, zone: `z${i % 3}` };
      return store.resolve(labels, now) as number;
    });
    for (let at = now - spanMs; at <= now; at += scrapeMs) {
      const round = (at - now + spanMs) / scrapeMs;
      const values = Float64Array.from(refs, (_, i) => round * ((i % 17) + 1) + ((i * 7 + round * 3) % 11));
      await store.append({ refs, timestamps: new Float64Array(series).fill(at), values, length: series }, now);
    }
  };
  await fill('day_total', 1, 24 * hourMs);
  await fill('hour_total', 1_000, 2 * hourMs);
  await fill('hour_other', 1_000, hourMs);
  await fill('wide', 10_000, 300_000);
  return store;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

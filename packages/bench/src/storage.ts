/**
 * What the metrics store keeps, and what that costs: bytes per sample on the disk after two hours at 10 s, the CPU of
 * blocks, memory per active series, the start after a crash with a long log, and questions over blocks and rollups.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openDirectory, replayThreads, zlibCompression } from '@jaegis/store';
import { MetricsStore, type MetricsStoreOptions } from '@jaegis/tsdb';
import { type FleetLoad, seriesLabels, seriesValue } from './fleet-load.ts';
import { type NoisySeries, noisySeries } from './noisy-load.ts';
import type { BenchRow } from './otlp-ingest.ts';
import { victoriaMetricsDisk } from './peer-disk.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** Midnight UTC. */
const t0 = 1_700_006_400_000;
const step = 10_000;

const parts = ['memory', 'noisy', 'plain', 'start', 'history'];

/**
 * `--parts=noisy,plain`: some of it alone, each part some minutes. Rows are told as they come, so that a run that is broken
 * off has told what it found.
 */
export async function run(options: {
  quick?: boolean;
  args?: readonly string[];
}): Promise<{ title: string; rows: BenchRow[] }> {
  const quick = options.quick === true;
  const asked = options.args?.find((each) => each.startsWith('--parts='))?.split('=')[1];
  const wanted = asked?.split(',') ?? parts;
  const unknown = wanted.find((part) => !parts.includes(part));
  if (unknown !== undefined)
    throw new Error(`Cannot run part: ${unknown} is not known, must be one of ${parts.join(', ')}`);
  const agents = quick ? 100 : 500;
  const rows: BenchRow[] = [];
  const part = async (name: string, measure: () => Promise<BenchRow[]>): Promise<void> => {
    if (!wanted.includes(name)) return;
    for (const row of await measure()) {
      console.error(`${row.name}: ${row.value.toPrecision(4)} ${row.unit} ${row.note ?? ''}`);
      rows.push(row);
    }
  };
  // First, while the process has not grown by anything else.
  await part('memory', () => withFolder((folder) => memory(folder, quick ? 50_000 : 500_000)));
  await part('noisy', () => twoHours(() => noisySeries(agents, 50, 5), 'noisy load'));
  await part('plain', () => twoHours(() => plainSeries(agents), 'load of the ingest suite'));
  const log = { agents: 400, logBytes: quick ? 1e8 : 1e9, checkpoint: false };
  await part('start', () => withFolder((folder) => longLog(folder, log)));
  // As long as checkpoints let it become.
  const longest = { agents: quick ? 400 : 10_000, logBytes: 128 * 2 ** 20, checkpoint: true };
  await part('start', () => withFolder((folder) => longLog(folder, longest)));
  await part('history', () => withFolder((folder) => longHistory(folder, quick ? 20 : 100)));
  return { title: `Storage: ${agents} agents x 50 series, two hours at 10 s`, rows };
}

async function open(folder: string, now: number, options: Partial<MetricsStoreOptions> = {}): Promise<MetricsStore> {
  return MetricsStore.open({
    directory: await openDirectory(folder),
    now,
    seriesLimit: 2_000_000,
    seriesLimitPerGroup: 2_000_000,
    retentionMs: 15 * day,
    rollups: [
      { widthMs: 60_000, retentionMs: 90 * day },
      { widthMs: hour, retentionMs: 400 * day },
    ],
    compression: zlibCompression,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    monotonicMs: () => performance.now(),
    ...options,
  });
}

/** Appends rounds of all series, one batch a round; returns CPU-seconds spent in the store. */
async function fill(
  store: MetricsStore,
  series: readonly NoisySeries[],
  of: { from: number; to: number; stepMs?: number },
): Promise<number> {
  const { stepMs = step } = of;
  const batch = {
    refs: Uint32Array.from(series, ({ labels }) => store.resolve(labels, t0) as number),
    timestamps: new Float64Array(series.length),
    values: new Float64Array(series.length),
    length: series.length,
  };
  let cpu = 0;
  for (let round = of.from; round < of.to; round++) {
    const at = t0 + round * stepMs;
    batch.timestamps.fill(at);
    for (const [i, { next }] of series.entries()) batch.values[i] = next();
    const before = cpuSeconds();
    const { accepted } = await store.append(batch, at);
    if (accepted !== series.length) throw new Error(`accepted is ${accepted}, must be ${series.length}`);
    if (round % 6 === 0) await store.maintain(at);
    cpu += cpuSeconds() - before;
  }
  return cpu;
}

async function twoHours(make: () => readonly NoisySeries[], name: string): Promise<BenchRow[]> {
  const rounds = (2 * hour) / step;
  const rows = await withFolder((folder) => oursInTwoHours(folder, make(), name));
  const theirs = await victoriaMetricsDisk(make(), { rounds, stepMs: step });
  if (theirs === undefined)
    return [...rows, { name: `${name}: victoria-metrics: skipped`, value: 0, unit: '', note: 'it is not installed' }];
  const note = 'data and index, merged as far as it goes';
  return [
    ...rows,
    { name: `${name}: victoria-metrics: bytes per sample`, value: theirs, unit: 'bytes', note },
    { name: `${name}: bytes per sample, jaegis / victoria-metrics`, value: rows[0]!.value / theirs, unit: 'x' },
  ];
}

async function oursInTwoHours(folder: string, series: readonly NoisySeries[], name: string): Promise<BenchRow[]> {
  const store = await open(folder, t0);
  const rounds = (2 * hour) / step;
  const millions = (series.length * rounds) / 1e6;
  const append = await fill(store, series, { from: 0, to: rounds });
  const before = cpuSeconds();
  await store.tidy(t0 + 2 * hour + 31 * 60_000);
  const cut = cpuSeconds() - before;
  const { blocks } = store.stats();
  await store.close();
  const perMillion = (seconds: number): number => seconds / millions;
  return [
    {
      name: `${name}: bytes per sample in the block`,
      value: blocks.bytes / blocks.samples,
      unit: 'bytes',
      note: `index included, ${blocks.samples.toLocaleString('en')} samples`,
    },
    { name: `${name}: append, log and checkpoints`, value: perMillion(append), unit: 'CPU s / million' },
    { name: `${name}: head to block`, value: perMillion(cut), unit: 'CPU s / million' },
  ];
}

async function memory(folder: string, count: number): Promise<BenchRow[]> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const series = plainSeries(count / 50);
  const rss = (): number => {
    gc();
    gc();
    return process.memoryUsage().rss;
  };
  const before = rss();
  const store = await open(folder, t0);
  await fill(store, series, { from: 0, to: 60 });
  const grown = rss() - before;
  const { bytesInMemory } = store.stats();
  await store.close();
  return [
    {
      name: `memory per active series, ${count.toLocaleString('en')} series, 10 min at 10 s`,
      value: grown / count,
      unit: 'bytes',
      note: 'growth of resident memory after gc, batches and log buffers included',
    },
    { name: "of that, by the store's own count", value: bytesInMemory / count, unit: 'bytes' },
  ];
}

/**
 * The start on a long log. Without `checkpoint` there is only the log, as no ordinary life leaves it; with it a checkpoint
 * of an hour's samples lies before the log.
 */
async function longLog(
  folder: string,
  of: { agents: number; logBytes: number; checkpoint: boolean },
): Promise<BenchRow[]> {
  const endless = { checkpointBytes: Number.POSITIVE_INFINITY, blockRangeMs: 1_000 * hour };
  const store = await open(folder, t0, endless);
  const series = plainSeries(of.agents);
  let round = 0;
  if (of.checkpoint) {
    round = hour / step;
    await fill(store, series, { from: 0, to: round });
    await store.checkpoint();
  }
  const before = store.stats().bytesOnDisk;
  while (store.stats().bytesOnDisk - before < of.logBytes) {
    await fill(store, series, { from: round, to: round + 5 });
    round += 5;
  }
  const { bytesOnDisk, samples } = store.stats();
  await store.close();
  const cpuBefore = cpuSeconds();
  const threads = replayThreads(pathToFileURL(join(process.cwd(), 'apps/cli/dist/replay-worker.js')), folder);
  const again = await open(folder, t0 + round * step, { ...endless, replayThreads: threads });
  const cpu = cpuSeconds() - cpuBefore;
  const { replay } = again.stats();
  if (again.stats().samples !== samples) throw new Error(`samples are ${again.stats().samples}, must be ${samples}`);
  await again.close();
  const log = `${((bytesOnDisk - before) / 1e9).toFixed(2)} GB of log`;
  return [
    {
      name: `start, ${series.length.toLocaleString('en')} series: ${of.checkpoint ? `a checkpoint of ${(before / 1e9).toFixed(2)} GB and ` : ''}${log}`,
      value: replay.tookMs / 1_000,
      unit: 's',
      note: `${replay.samples.toLocaleString('en')} samples, ${cpu.toFixed(1)} CPU s, ${threads?.count ?? 0} threads`,
    },
  ];
}

/** Thirty days at 60 s: questions over blocks and rollups. */
async function longHistory(folder: string, count: number): Promise<BenchRow[]> {
  const store = await open(folder, t0);
  const series = noisySeries(count, 1, 9);
  const perDay = day / 60_000;
  for (let days = 0; days < 30; days++) {
    await fill(store, series, { from: days * perDay, to: (days + 1) * perDay, stepMs: 60_000 });
    await store.tidy(t0 + (days + 1) * day);
  }
  const end = t0 + 30 * day;
  const all = [{ name: 'job', op: '=' as const, value: 'agents' }];
  const one = [{ name: 'instance', op: '=' as const, value: 'agent-7.example.com:9090' }];
  const hints = (func: string, rangeMs: number, stepMs = 0) => ({ hints: { func, rangeMs, stepMs } });
  const timed = (ask: () => { values: Float64Array }[]): { ms: number; samples: number } => {
    const times: number[] = [];
    let samples = 0;
    for (let i = 0; i < 7; i++) {
      const from = performance.now();
      samples = ask().reduce((sum, { values }) => sum + values.length, 0);
      times.push(performance.now() - from);
    }
    return { ms: times.sort((a, b) => a - b)[3]!, samples };
  };
  const rows: [string, () => { values: Float64Array }[]][] = [
    ['one series, 24 h, raw', () => store.select(one, end - day, end)],
    [
      `${count} series, 30 d, quantile from hours`,
      () => store.select(all, t0, end, hints('quantile_over_time', 30 * day)),
    ],
    [`${count} series, 30 d, rate from minutes`, () => store.select(all, t0, end, hints('rate', 2 * hour, hour))],
    [`${count} series, 12 d, raw`, () => store.select(all, end - 12 * day, end)],
  ];
  const { tiers } = store.stats().blocks;
  const result = rows.map(([name, ask]): BenchRow => {
    const { ms, samples } = timed(ask);
    return {
      name: `select: ${name}`,
      value: ms,
      unit: 'ms',
      note: `${samples.toLocaleString('en')} samples, median of 7`,
    };
  });
  await store.close();
  const kept = tiers.map(({ widthMs, bytes }) => `${widthMs / 1_000} s: ${Math.round(bytes / 1024)} KiB`).join(', ');
  return [
    {
      name: 'thirty days at 60 s: blocks of all tiers',
      value: tiers.reduce((sum, { bytes }) => sum + bytes, 0) / 1024,
      unit: 'KiB',
      note: kept,
    },
    ...result,
  ];
}

/** The values of the other suites: from agent, series and round alone. */
function plainSeries(agents: number): NoisySeries[] {
  const load: FleetLoad = { agents, seriesPerAgent: 50, samplesPerRequest: 2_000, run: 's' };
  return Array.from({ length: agents * 50 }, (_, i) => {
    const agent = Math.floor(i / 50);
    let round = 0;
    return {
      labels: Object.fromEntries(seriesLabels(load, agent, i % 50)),
      next: () => seriesValue(agent, i % 50, round++),
    };
  });
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'jaegis-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

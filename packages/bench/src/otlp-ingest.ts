/**
 * OTLP metrics, from the bytes of a request to samples in the head, on one core. Requests are made beforehand; each
 * measurement sends rounds of them with rising times, after one round in which the series are first seen.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { IngestCounters, OtlpReceiver, type SampleSink } from '@jaegis/ingest';
import { GrowingBatch, MetricsDecoder } from '@jaegis/protocol';
import type { Clock } from '@jaegis/std';
import { openDirectory } from '@jaegis/store';
import { type AppendFile, MetricsStore, type StorageDirectory } from '@jaegis/tsdb';
import { metricsRequest, usualShape } from './otlp-batches.ts';

export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly note?: string;
}

const start = 1_700_000_000_000;
const stepMs = 10_000;
const groups = 10;
const pointsPerRequest = usualShape.agents * usualShape.pointsPerAgent;

export async function run(options: { quick?: boolean }): Promise<{ title: string; rows: BenchRow[] }> {
  const rounds = options.quick === true ? 4 : 10;
  const times = options.quick === true ? 1 : 5;
  const requests = Array.from({ length: rounds + 1 }, (_, round) =>
    Array.from({ length: groups }, (_, group) => metricsRequest(usualShape, group, start + round * stepMs)),
  );
  const rows: BenchRow[] = [];
  const points = rounds * groups * pointsPerRequest;
  const requestBytes = requests[0]![0]!.length;
  const add = (name: string, seconds: number, note?: string) =>
    rows.push({ name, value: points / seconds, unit: 'points/s', ...(note !== undefined && { note }) });

  const nothing = await median(times, () => toNothing(requests));
  const samples = nothing.samples / points;
  add(
    'decode, samples thrown away',
    nothing.seconds,
    `${samples.toFixed(1)} samples a point, ${Math.round(requestBytes / pointsPerRequest)} bytes a point`,
  );
  rows.push({ name: 'series seen for the first time', value: nothing.firstSeen, unit: 'series/s' });

  add('decode to head, log thrown away', (await median(times, () => toHead(requests, nullDirectory()))).seconds);
  add(
    'decode to head, log on disk',
    (await median(times, () => withFolder(async (folder) => toHead(requests, await openDirectory(folder))))).seconds,
    'each request acknowledged after its log record is written',
  );
  add(
    'OTLP/HTTP handler to head, log on disk',
    (
      await median(times, () =>
        withFolder(async (folder) => throughReceiver(requests, await openDirectory(folder), false)),
      )
    ).seconds,
    'as above, with status codes, counters and the answer',
  );
  add(
    'OTLP/HTTP handler to head, log on disk, gzip',
    (
      await median(times, () =>
        withFolder(async (folder) => throughReceiver(requests, await openDirectory(folder), true)),
      )
    ).seconds,
    'unpacked by zlib on its own thread',
  );
  const official = await officialDecoder();
  if (official !== undefined) {
    add(
      'official generated decoder (protobufjs)',
      (await median(times, async () => decodeOnly(requests, official))).seconds,
      'to objects only: no labels, no series, no head',
    );
    const json = requests.slice(0, 2).map((round) => round.map((bytes) => JSON.stringify(official(bytes))));
    const parsed = await median(times, async () => {
      const from = performance.now();
      for (let round = 0; round < rounds; round++) for (const text of json[1]!) JSON.parse(text);
      return { seconds: (performance.now() - from) / 1_000 };
    });
    add('JSON.parse of the same as OTLP/JSON', parsed.seconds, 'to objects only');
  }
  return {
    title: `OTLP metrics ingest: ${groups} requests of ${pointsPerRequest} points a round, ${rounds} rounds, median of ${times}`,
    rows,
  };
}

async function toNothing(requests: Uint8Array[][]): Promise<{ seconds: number; samples: number; firstSeen: number }> {
  let refs = 0;
  const decoder = new MetricsDecoder({ resolve: () => ++refs, contact: () => true });
  const batch = new GrowingBatch();
  let samples = 0;
  const round = (bodies: Uint8Array[], now: number) => {
    for (const body of bodies) {
      batch.length = 0;
      must(decoder.decode(body, batch, now));
      samples += batch.length;
    }
  };
  const cold = performance.now();
  round(requests[0]!, start);
  const from = performance.now();
  const firstSeen = refs / ((from - cold) / 1_000);
  samples = 0;
  for (let i = 1; i < requests.length; i++) round(requests[i]!, start + i * stepMs);
  return { seconds: (performance.now() - from) / 1_000, samples, firstSeen };
}

async function toHead(requests: Uint8Array[][], directory: StorageDirectory): Promise<{ seconds: number }> {
  const store = await openStore(directory);
  const decoder = new MetricsDecoder({ resolve: (labels, now) => store.resolve(labels, now), contact: () => true });
  const batch = new GrowingBatch();
  const round = async (bodies: Uint8Array[], now: number) => {
    for (const body of bodies) {
      batch.length = 0;
      must(decoder.decode(body, batch, now));
      const { accepted } = await store.append(batch, now);
      if (accepted !== batch.length) throw new Error(`accepted is ${accepted}, must be ${batch.length}`);
    }
  };
  await round(requests[0]!, start);
  const from = performance.now();
  for (let i = 1; i < requests.length; i++) await round(requests[i]!, start + i * stepMs);
  const seconds = (performance.now() - from) / 1_000;
  await store.close();
  return { seconds };
}

async function throughReceiver(
  requests: Uint8Array[][],
  directory: StorageDirectory,
  isPacked: boolean,
): Promise<{ seconds: number }> {
  const store = await openStore(directory);
  const bodies = isPacked ? requests.map((round) => round.map((body) => new Uint8Array(gzipSync(body)))) : requests;
  let now = start;
  const clock: Clock = { now: () => now, every: () => () => {}, after: () => () => {} };
  const samples: SampleSink = store;
  const receiver = new OtlpReceiver({
    sinks: { samples, spans: () => {}, logs: () => {}, exemplars: () => 0, metadata: () => {}, contact: () => true },
    clock,
    counters: new IngestCounters(),
    bodyLimitBytes: 16 * 2 ** 20,
  });
  const request = { contentType: 'application/x-protobuf', contentEncoding: isPacked ? 'gzip' : '' };
  const round = (list: Uint8Array[]) =>
    Promise.all(
      list.map(async (body) => {
        const { status, body: answer } = await receiver.handleHttp('metrics', { ...request, body });
        if (status !== 200 || answer.length !== 0) throw new Error(`status is ${status}, must be 200`);
      }),
    );
  await round(bodies[0]!);
  const from = performance.now();
  for (let i = 1; i < bodies.length; i++) {
    now = start + i * stepMs;
    await round(bodies[i]!);
  }
  const seconds = (performance.now() - from) / 1_000;
  await store.close();
  return { seconds };
}

function openStore(directory: StorageDirectory): Promise<MetricsStore> {
  return MetricsStore.open({
    directory,
    now: start,
    seriesLimit: 1_000_000,
    seriesLimitPerGroup: 1_000_000,
    retentionMs: 86_400_000,
  });
}

function decodeOnly(requests: Uint8Array[][], decode: (bytes: Uint8Array) => unknown): { seconds: number } {
  for (const body of requests[0]!) decode(body);
  const from = performance.now();
  for (let i = 1; i < requests.length; i++) for (const body of requests[i]!) decode(body);
  return { seconds: (performance.now() - from) / 1_000 };
}

/** The decoder that OpenTelemetry's own package carries, where it is installed. */
async function officialDecoder(): Promise<((bytes: Uint8Array) => unknown) | undefined> {
  try {
    const path = '@opentelemetry/otlp-transformer/build/src/generated/root.js';
    const { default: root } = await import(path);
    const type = root.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
    return (bytes) => type.decode(bytes);
  } catch {
    return undefined;
  }
}

async function median<T extends { seconds: number }>(times: number, measure: () => Promise<T>): Promise<T> {
  const found: T[] = [];
  for (let i = 0; i < times; i++) found.push(await measure());
  found.sort((a, b) => a.seconds - b.seconds);
  return found[Math.floor(times / 2)]!;
}

function must(decoded: { ok: boolean; rejected?: object }): void {
  if (!decoded.ok || Object.keys(decoded.rejected ?? {}).length > 0)
    throw new Error(`not taken: ${JSON.stringify(decoded)}`);
}

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'jaegis-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function nullDirectory(): StorageDirectory {
  const file: AppendFile = {
    append: async () => {},
    sync: async () => {},
    close: async () => {},
    truncate: async () => {},
  };
  return {
    list: async () => [],
    read: async () => new Uint8Array(0),
    openAppend: async () => file,
    write: async () => {},
    remove: async () => {},
    size: async () => 0,
    openRead: async () => ({ size: 0, read: () => new Uint8Array(0), close: () => {} }),
    rename: async () => {},
  };
}

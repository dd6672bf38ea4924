/**
 * Ingest beside the peers: the same bytes, in the same run, to each store as its own process. Remote write 1.0, 2,000
 * agents of 50 series, 60 rounds, 2,000 samples a request, 4 connections. CPU-seconds are those of the receiving process
 * from the first byte until it has settled; the sender's are not in them. Each repetition starts every store anew, one
 * after the other, and the table gives medians.
 *
 *   npm run bench -- tsdb [--quick] [--repeats=5] [--only=jaegis,victoria-metrics] [--parts=ingest,query] [--feeds=remote-write,otlp,otlp-gzip]
 */
import { gzipSync } from 'node:zlib';
import { type FleetLoad, type LoadProtocol, LoadRequests } from './fleet-load.ts';
import { type Peer, type PeerName, startPeer } from './peers.ts';
import { queryLatency } from './query-latency.ts';
import { sendBodies } from './send-bodies.ts';

export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly note?: string;
}

interface Options {
  readonly quick?: boolean;
  /** Flags of the command line, `--name=value`. */
  readonly args?: readonly string[];
}

interface Measured {
  readonly cpuPerMillion: number;
  readonly seconds: number;
  readonly memoryPerSeries: number;
  readonly diskPerSample: number;
  readonly lost: number | undefined;
}

interface Feed {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly Uint8Array[];
  readonly peers: readonly PeerName[];
}

const connections = 4;
const stepMs = 10_000;
/** Background work of what was just taken (merges, flushes, collection of garbage) belongs to its cost. */
const settleMs = 5_000;
const allPeers: readonly PeerName[] = ['jaegis', 'victoria-metrics', 'prometheus'];

export async function run(options: Options = {}): Promise<{ title: string; rows: BenchRow[] }> {
  const flag = (name: string) => options.args?.find((each) => each.startsWith(`--${name}=`))?.split('=')[1];
  const repeats = Number(flag('repeats') ?? (options.quick === true ? 1 : 5));
  const only = flag('only')?.split(',');
  const rounds = options.quick === true ? 20 : 60;
  const load: FleetLoad = { agents: 2_000, seriesPerAgent: 50, samplesPerRequest: 2_000, run: 'bench' };
  const series = load.agents * load.seriesPerAgent;
  const samples = series * rounds;
  const rows: BenchRow[] = [];
  const absent = new Set<string>();
  const parts = (flag('parts') ?? 'ingest,query').split(',');
  const feeds = { 'remote-write': remoteWriteFeed, otlp: otlpFeed, 'otlp-gzip': otlpGzipFeed };
  const wanted = (flag('feeds') ?? Object.keys(feeds).join(',')).split(',');
  for (const [name, make] of parts.includes('ingest') ? Object.entries(feeds) : []) {
    if (!wanted.includes(name)) continue;
    const found = new Map<PeerName, Measured[]>();
    for (let repeat = 0; repeat < repeats; repeat++) {
      // Times of now: made anew, so that no store has a reason to refuse them.
      const feed = make(load, rounds);
      for (const name of feed.peers) {
        if (only !== undefined && !only.includes(name)) continue;
        const measured = await measure(name, feed, { series, samples });
        if (measured === undefined) absent.add(name);
        else found.set(name, [...(found.get(name) ?? []), measured]);
      }
    }
    for (const [name, measured] of found) rows.push(...rowsOf(`${make.title}: ${name}`, measured));
    rows.push(...ratios(make.title, found));
  }
  if (parts.includes('query')) {
    const peers = allPeers.filter((name) => only === undefined || only.includes(name));
    rows.push(...(await queryLatency({ peers, repeats: options.quick === true ? 15 : 30 })));
  }
  for (const name of absent)
    rows.push({ name: `${name}: skipped`, value: 0, unit: '', note: `${name} is not installed` });
  const title = `Ingest: ${load.agents} agents x ${load.seriesPerAgent} series x ${rounds} rounds = ${samples / 1e6} M samples, ${load.samplesPerRequest} a request, ${connections} connections, median of ${repeats}`;
  return { title, rows };
}

/** All bodies of a load, the newest of them of now. */
function bodiesOf(load: FleetLoad, rounds: number, protocol: LoadProtocol): Uint8Array[] {
  const requests = new LoadRequests(load, protocol);
  const start = Date.now() - rounds * stepMs;
  const bodies: Uint8Array[] = [];
  for (let round = 0; round < rounds; round++)
    for (let request = 0; request < requests.count; request++)
      bodies.push(requests.body(request, round, start + round * stepMs));
  return bodies;
}

function remoteWriteFeed(load: FleetLoad, rounds: number): Feed {
  return {
    name: remoteWriteFeed.title,
    path: '/api/v1/write',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    bodies: bodiesOf(load, rounds, 'remote-write'),
    peers: allPeers,
  };
}
remoteWriteFeed.title = 'remote write';

/** The peers of this age have no OTLP: it is held against their remote write. */
function otlpFeed(load: FleetLoad, rounds: number): Feed {
  return {
    name: otlpFeed.title,
    path: '/v1/metrics',
    headers: { 'content-type': 'application/x-protobuf' },
    bodies: bodiesOf(load, rounds, 'otlp'),
    peers: ['jaegis'],
  };
}
otlpFeed.title = 'OTLP/HTTP';

function otlpGzipFeed(load: FleetLoad, rounds: number): Feed {
  const plain = otlpFeed(load, rounds);
  return {
    ...plain,
    name: otlpGzipFeed.title,
    headers: { ...plain.headers, 'content-encoding': 'gzip' },
    bodies: plain.bodies.map((body) => gzipSync(body, { level: 1 })),
  };
}
otlpGzipFeed.title = 'OTLP/HTTP, gzip';

async function measure(
  name: PeerName,
  feed: Feed,
  of: { series: number; samples: number },
): Promise<Measured | undefined> {
  const peer = await startPeer(name);
  if (peer === undefined) return undefined;
  try {
    await wait(1_500);
    const before = { cpu: peer.cpuSeconds(), memory: peer.memoryBytes(), at: performance.now() };
    await sendBodies(feed.bodies, { url: `${peer.url}${feed.path}`, headers: feed.headers, connections });
    const seconds = (performance.now() - before.at) / 1_000;
    await wait(settleMs);
    const cpu = peer.cpuSeconds() - before.cpu;
    const memory = peer.memoryBytes();
    const measured = {
      cpuPerMillion: (cpu / of.samples) * 1e6,
      seconds,
      memoryPerSeries: memory / of.series,
      diskPerSample: peer.diskBytes() / of.samples,
      lost: await lostSamples(peer, of.samples),
    };
    console.error(
      `${feed.name}: ${name}: ${measured.cpuPerMillion.toFixed(2)} CPU-s/M, ${seconds.toFixed(1)} s, ${Math.round(measured.memoryPerSeries)} B/series`,
    );
    return measured;
  } finally {
    await peer.stop();
    peer.discard();
  }
}

/** Asks the store itself how many samples it has; `undefined` when it cannot say. */
async function lostSamples(peer: Peer, sent: number): Promise<number | undefined> {
  const query = 'sum(count_over_time({__name__=~"agent_.+"}[1h]))';
  const answer = await fetch(`${peer.url}/api/v1/query?query=${encodeURIComponent(query)}`);
  if (!answer.ok) return undefined;
  const body = (await answer.json()) as { data?: { result?: { value?: [number, string] }[] } };
  const value = body.data?.result?.[0]?.value?.[1];
  return value === undefined ? undefined : sent - Number(value);
}

function rowsOf(title: string, measured: readonly Measured[]): BenchRow[] {
  const of = (pick: (each: Measured) => number) => median(measured.map(pick));
  const cpus = measured.map((each) => each.cpuPerMillion);
  const lost = measured.map((each) => each.lost);
  const rows: BenchRow[] = [
    {
      name: `${title}: CPU`,
      value: of((each) => each.cpuPerMillion),
      unit: 'CPU-s per M samples',
      note: `${Math.min(...cpus).toFixed(2)} to ${Math.max(...cpus).toFixed(2)}; ${of((each) => each.seconds).toFixed(1)} s in all`,
    },
    {
      name: `${title}: resident memory`,
      value: of((each) => each.memoryPerSeries),
      unit: 'bytes per series',
      note: 'the whole process',
    },
    {
      name: `${title}: disk`,
      value: of((each) => each.diskPerSample),
      unit: 'bytes per sample',
      note: 'as it lies after the load, logs included',
    },
  ];
  const known = lost.filter((each) => each !== undefined);
  if (known.length === 0)
    rows.push({ name: `${title}: samples lost`, value: Number.NaN, unit: '', note: 'the store could not be asked' });
  else
    rows.push({
      name: `${title}: samples lost`,
      value: Math.max(...known),
      unit: '',
      note: 'the worst of the repetitions',
    });
  return rows;
}

function ratios(title: string, found: ReadonlyMap<PeerName, readonly Measured[]>): BenchRow[] {
  const cpu = (name: PeerName) => median((found.get(name) ?? []).map((each) => each.cpuPerMillion));
  return ['victoria-metrics', 'prometheus'].flatMap((name) =>
    found.has(name as PeerName) && found.has('jaegis')
      ? [{ name: `${title}: CPU, jaegis / ${name}`, value: cpu('jaegis') / cpu(name as PeerName), unit: 'x' }]
      : [],
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * What sending on costs: CPU-seconds per million samples of a store that takes a load and forwards all of it, less those
 * of the same store that only takes it. The other side is a sink in this process that reads and forgets. Prometheus does
 * the same beside us (2.42 speaks 1.0 only). Spooled, sent and acknowledged samples are all counted: the run fails when
 * one is missing.
 *
 *   npm run bench -- remote-write [--quick] [--repeats=5] [--only=jaegis]
 */
import { createServer } from 'node:http';
import { type FleetLoad, LoadRequests } from './fleet-load.ts';
import { type Forwarding, type PeerName, startPeer } from './peers.ts';
import { until } from './running-server.ts';
import { sendBodies } from './send-bodies.ts';
import type { BenchRow } from './tsdb.ts';

interface Case {
  readonly name: string;
  readonly peer: PeerName;
  readonly message?: Forwarding['message'];
}

interface Measured {
  readonly cpu: number;
  readonly bytes: number;
  /** From the first byte that came in until the last that went out, in seconds. */
  readonly seconds: number;
}

const cases: readonly Case[] = [
  { name: 'jaegis: taken only', peer: 'jaegis' },
  { name: 'jaegis: sent on as 1.0', peer: 'jaegis', message: 'prometheus.WriteRequest' },
  { name: 'jaegis: sent on as 2.0', peer: 'jaegis', message: 'io.prometheus.write.v2.Request' },
  { name: 'prometheus: taken only', peer: 'prometheus' },
  { name: 'prometheus: sent on as 1.0', peer: 'prometheus', message: 'prometheus.WriteRequest' },
];
/** Into the future: Prometheus sends only what is newer than its start. */
const stepMs = 5_000;
const settleMs = 3_000;

export async function run(options: {
  quick?: boolean;
  args?: readonly string[];
}): Promise<{ title: string; rows: BenchRow[] }> {
  const asked = options.args?.find((each) => each.startsWith('--repeats='))?.split('=')[1];
  const repeats = Number(asked ?? (options.quick === true ? 1 : 5));
  const load: FleetLoad = { agents: 400, seriesPerAgent: 50, samplesPerRequest: 2_000, run: 'bench' };
  const only = options.args?.find((each) => each.startsWith('--only='))?.split('=')[1] ?? '';
  const wanted = cases.filter(({ name }) => name.includes(only));
  const rounds = options.quick === true ? 20 : 60;
  const samples = load.agents * load.seriesPerAgent * rounds;
  const found = new Map<Case, Measured[]>();
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const each of wanted) {
      const measured = await measure(each, { load, rounds, samples });
      if (measured !== undefined) found.set(each, [...(found.get(each) ?? []), measured]);
    }
  const rows: BenchRow[] = [];
  for (const each of wanted) {
    const all = found.get(each);
    if (all === undefined) {
      rows.push({ name: `${each.name}: skipped`, value: 0, unit: '', note: `${each.peer} is not installed` });
      continue;
    }
    const cpu = median(all.map((one) => one.cpu));
    const range = `${Math.min(...all.map((one) => one.cpu)).toFixed(2)} to ${Math.max(...all.map((one) => one.cpu)).toFixed(2)}`;
    rows.push({ name: each.name, value: cpu, unit: 'CPU-s per M samples', note: range });
    if (each.message === undefined) continue;
    const taken = [...found].find(([other]) => other.peer === each.peer && other.message === undefined)![1];
    rows.push(
      {
        name: `${each.name}: the sending alone`,
        value: cpu - median(taken.map((one) => one.cpu)),
        unit: 'CPU-s per M samples',
        note: 'the difference of the medians',
      },
      {
        name: `${each.name}: on the wire`,
        value: median(all.map((one) => one.bytes)),
        unit: 'bytes per sample',
        note: `all delivered after ${median(all.map((one) => one.seconds)).toFixed(1)} s`,
      },
    );
  }
  return {
    title: `Remote write out: ${load.agents} agents x ${load.seriesPerAgent} series x ${rounds} rounds = ${samples / 1e6} M samples, median of ${repeats}`,
    rows,
  };
}

async function measure(
  what: Case,
  of: { load: FleetLoad; rounds: number; samples: number },
): Promise<Measured | undefined> {
  const sink = await startSink();
  const forwarding = what.message === undefined ? undefined : { url: sink.url, message: what.message };
  const peer = await startPeer(what.peer, [], forwarding);
  try {
    if (peer === undefined) return undefined;
    await wait(1_500);
    const rounds = roundsOf(of.load, of.rounds);
    const before = { cpu: peer.cpuSeconds(), at: performance.now() };
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    };
    // Round by round: a store without out-of-order samples refuses what one connection brings before another.
    for (const bodies of rounds) await sendBodies(bodies, { url: `${peer.url}/api/v1/write`, headers, connections: 4 });
    if (forwarding !== undefined)
      await until(async () => (await sentBy(peer.url, what.peer)) >= of.samples, {
        what: `${what.name}: all ${of.samples} samples to be sent`,
        timeoutMs: 120_000,
      });
    const seconds = (performance.now() - before.at) / 1_000;
    await wait(settleMs);
    const cpu = ((peer.cpuSeconds() - before.cpu) / of.samples) * 1e6;
    console.error(`${what.name}: ${cpu.toFixed(2)} CPU-s/M, ${seconds.toFixed(1)} s, ${sink.bytes()} bytes`);
    return { cpu, seconds, bytes: sink.bytes() / of.samples };
  } finally {
    await peer?.stop();
    peer?.discard();
    await sink.close();
  }
}

/** Samples that it says the other side has taken. */
async function sentBy(url: string, peer: PeerName): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const names: readonly string[] =
    peer === 'jaegis'
      ? ['jaegis_remote_write_sent_samples_total']
      : ['prometheus_remote_storage_samples_total', 'prometheus_remote_storage_samples_failed_total'];
  const sum = (name: string) =>
    [...page.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
      (n, [, text]) => n + Number(text),
      0,
    );
  return sum(names[0]!) - (names[1] === undefined ? 0 : sum(names[1]));
}

/** Takes every request, counts its bytes, and answers as a receiver of its version does. */
async function startSink(): Promise<{ url: string; bytes: () => number; close: () => Promise<void> }> {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on('data', (part: Buffer) => {
      bytes += part.length;
    });
    request.on('end', () => {
      const isSecond = request.headers['content-type']?.includes('v2.Request') === true;
      response.writeHead(204, isSecond ? { 'x-prometheus-remote-write-samples-written': '0' } : {});
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/api/v1/write`,
    bytes: () => bytes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function roundsOf(load: FleetLoad, rounds: number): Uint8Array[][] {
  const requests = new LoadRequests(load, 'remote-write');
  const start = Date.now() + 1_000;
  return Array.from({ length: rounds }, (_, round) =>
    Array.from({ length: requests.count }, (_, request) => requests.body(request, round, start + round * stepMs)),
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

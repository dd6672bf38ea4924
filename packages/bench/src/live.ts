/**
 * The server under a live load: 10,000 agents of 50 series report every 10 s by remote write, detection and all loops on,
 * for ten minutes. The load comes from `jaegis loadgen` as a process of its own; a third process (this one) writes markers
 * and asks for them. Everything runs on the cores that there are. CPU and memory are read from the kernel, how late the
 * event loop is from the server's own report of the last 10 s. Beside the load some series of this process' own are broken,
 * to time the way from a sample to its anomaly on the event stream (event-probe.ts).
 *
 *   npm run bench -- live [--quick] [--minutes=10] [--agents=10000] [--series=50] [--cut=10m]
 *
 * With `--cut` the head is filled beforehand, so that a block of that length is cut in the middle (live-cut.ts).
 */
import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { parseDurationMs } from '@jaegis/std';
import { type ProbedEvents, probeEvents } from './event-probe.ts';
import { cutRows, fillHead, planCut, type Sighting, watchWriting } from './live-cut.ts';
import type { BenchRow } from './otlp-ingest.ts';
import { type Peer, startPeer } from './peers.ts';
import { quantile } from './quantile.ts';
import type { LoadSummary } from './run-load.ts';
import { cliPath, getJson } from './running-server.ts';
import { probeVisibility } from './visible-probe.ts';

interface Reading {
  readonly elapsedS: number;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly loopDelayMsP99: number;
}

interface System {
  readonly eventLoopDelayMsP99: number | null;
  readonly loops: readonly { readonly name: string; readonly lastMs: number }[];
}

const everyMs = 10_000;
/** Two intervals, in which every series is new, and what they leave behind. */
const warmUpS = 30;

export async function run(options: { quick?: boolean; args?: readonly string[] } = {}) {
  const flag = (name: string) => options.args?.find((each) => each.startsWith(`--${name}=`))?.split('=')[1];
  const minutes = Number(flag('minutes') ?? (options.quick === true ? 2 : 10));
  const agents = Number(flag('agents') ?? 10_000);
  const series = Number(flag('series') ?? 50);
  const wanted = flag('cut');
  const cut = wanted === undefined ? undefined : planCut(parseDurationMs(wanted) ?? 600_000, Date.now());
  const peer = await startPeer('jaegis', cut?.flags ?? []);
  if (peer === undefined) throw new Error('Cannot run live: the CLI is not built, must be (npm run build)');
  try {
    const load = { agents, seriesPerAgent: series, samplesPerRequest: 2_000, run: 'live' };
    const watching = cut === undefined ? undefined : watchWriting(peer);
    if (cut !== undefined) await fillHead(peer, cut, { load, everyMs });
    const watched = await watch(peer, { minutes, agents, series });
    const title = `Live: ${agents.toLocaleString('en')} agents x ${series} series at ${everyMs / 1_000} s, ${minutes} minutes`;
    const rows = [...rowsOf(watched.summary, watched.seen, watched.readings), ...eventRows(watched)];
    return { title, rows: watching === undefined ? rows : [...rows, ...cutRows(watching.stop(), watched.seen)] };
  } finally {
    await peer.stop();
    peer.discard();
  }
}

async function watch(peer: Peer, of: { minutes: number; agents: number; series: number }) {
  const startedAt = performance.now();
  const elapsedS = () => (performance.now() - startedAt) / 1_000;
  const loading = runLoadgen(peer.url, of);
  let isOver = false;
  const seen: Sighting[] = [];
  const agent = new Agent({ keepAlive: true });
  const probing = probeVisibility({
    url: peer.url,
    token: undefined,
    run: 'live',
    agent,
    pauseMs: 50,
    isOver: () => isOver,
    onSeen: (ms) => seen.push({ at: elapsedS(), clock: performance.now(), ms }),
  });
  const tookMs: number[] = [];
  const breaking = probeEvents({
    url: peer.url,
    token: undefined,
    agent,
    isOver: () => isOver,
    onEvent: (ms) => tookMs.push(ms),
  });
  const readings: Reading[] = [];
  let cpu = peer.cpuSeconds();
  let at = performance.now();
  const reading = setInterval(() => {
    const [nowCpu, now] = [peer.cpuSeconds(), performance.now()];
    const cores = (nowCpu - cpu) / ((now - at) / 1_000);
    cpu = nowCpu;
    at = now;
    void getJson<System>(`${peer.url}/api/fleet/system`)
      .then(({ eventLoopDelayMsP99, loops }) => {
        const last = seen.filter((each) => each.at > elapsedS() - everyMs / 1_000).map(({ ms }) => ms);
        const so: Reading = {
          elapsedS: elapsedS(),
          cores,
          memoryBytes: peer.memoryBytes(),
          loopDelayMsP99: eventLoopDelayMsP99 ?? Number.NaN,
        };
        readings.push(so);
        const signals = loops.find(({ name }) => name === 'signals')?.lastMs ?? Number.NaN;
        console.error(
          `${Math.round(so.elapsedS)} s: ${cores.toFixed(2)} cores, ${mebibytes(so.memoryBytes).toFixed(0)} MiB, loop delay p99 ${so.loopDelayMsP99.toFixed(0)} ms, signal loop ${signals.toFixed(0)} ms, visible p50 ${quantile(last, 0.5).toFixed(0)} ms, slowest ${Math.max(...last).toFixed(0)} ms`,
        );
      })
      .catch((error: Error) => console.error(`not answered: ${error.message}`));
  }, everyMs);
  try {
    const summary = await loading;
    const detection = await metricOf(peer.url, 'jaegis_detection_points_total');
    const shed = await metricOf(peer.url, 'jaegis_dropped_total{where="detection_points"}');
    isOver = true;
    return { summary, seen, readings, tookMs, events: await breaking, detection, shed };
  } finally {
    isOver = true;
    clearInterval(reading);
    await Promise.all([probing, breaking]);
    agent.destroy();
  }
}

async function runLoadgen(url: string, of: { minutes: number; agents: number; series: number }): Promise<LoadSummary> {
  const flags = [
    ...['--url', url, '--json', '--run', 'live', '--protocol', 'remote-write', '--interval', `${everyMs / 1_000}s`],
    ...['--agents', `${of.agents}`, '--series', `${of.series}`, '--duration', `${Math.round(of.minutes * 60)}s`],
  ];
  const child = spawn(process.execPath, [cliPath, 'loadgen', ...flags], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString();
  });
  await new Promise((resolve) => child.once('exit', resolve));
  return JSON.parse(output) as LoadSummary;
}

function rowsOf(summary: LoadSummary, seen: readonly Sighting[], readings: readonly Reading[]): BenchRow[] {
  const visible = seen.filter(({ at }) => at > warmUpS).map(({ ms }) => ms);
  const settled = readings.filter(({ elapsedS }) => elapsedS > warmUpS);
  const delays = settled.map(({ loopDelayMsP99 }) => loopDelayMsP99);
  const cores = settled.map((reading) => reading.cores);
  const memory = settled.map(({ memoryBytes }) => mebibytes(memoryBytes));
  const perMinute = readings
    .filter(({ elapsedS }) => Math.floor(elapsedS / 60) > Math.floor((elapsedS - everyMs / 1_000) / 60))
    .map(({ memoryBytes }) => mebibytes(memoryBytes).toFixed(0));
  return [
    { name: 'samples taken', value: summary.samplesPerSecond, unit: 'a second' },
    { name: 'samples refused', value: summary.refused, unit: '', note: summary.firstRefusal },
    { name: 'samples not sent in time', value: summary.late, unit: '' },
    {
      name: 'visible, p50',
      value: quantile(visible, 0.5),
      unit: 'ms',
      note: `${visible.length} markers, both requests, after the first ${warmUpS} s`,
    },
    { name: 'visible, p99', value: quantile(visible, 0.99), unit: 'ms' },
    { name: 'visible, slowest', value: Math.max(...visible), unit: 'ms' },
    {
      name: 'visible, slowest while all series were new',
      value: Math.max(...seen.filter(({ at }) => at <= warmUpS).map(({ ms }) => ms)),
      unit: 'ms',
    },
    { name: 'a request answered, p99', value: summary.answerMs.p99 ?? Number.NaN, unit: 'ms', note: '2,000 samples' },
    {
      name: 'event loop late by, p99 of 10 s, median',
      value: quantile(delays, 0.5),
      unit: 'ms',
      note: `worst ${Math.max(...delays).toFixed(0)}`,
    },
    {
      name: 'CPU of the server, all threads',
      value: cores.reduce((sum, each) => sum + each, 0) / cores.length,
      unit: 'cores',
      note: `most in 10 s ${Math.max(...cores).toFixed(2)}`,
    },
    {
      name: 'resident memory, most',
      value: Math.max(...memory),
      unit: 'MiB',
      note: `by minute: ${perMinute.join(', ')}`,
    },
  ];
}

function eventRows(of: {
  tookMs: readonly number[];
  events: ProbedEvents;
  detection: number;
  shed: number;
}): BenchRow[] {
  const { tookMs, events } = of;
  return [
    {
      name: 'samples looked at by anomaly detection',
      value: of.detection,
      unit: '',
      note: `${of.shed} left out because there were too many; ${events.others} anomalies in the load and the server's own signals`,
    },
    {
      name: 'a far value sent to its event on the stream, p50',
      value: quantile(tookMs, 0.5),
      unit: 'ms',
      note: `${tookMs.length} of ${events.broken} broken series told, ${events.unasked} anomalies where nothing was broken`,
    },
    { name: 'a far value sent to its event on the stream, p99', value: quantile(tookMs, 0.99), unit: 'ms' },
    { name: 'a far value sent to its event on the stream, slowest', value: Math.max(...tookMs), unit: 'ms' },
  ];
}

/** One line of the server's own metrics. */
async function metricOf(url: string, name: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const line = page.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
}

function mebibytes(bytes: number): number {
  return bytes / 2 ** 20;
}

/**
 * How quick the loop is, on the real server with the real example fleet: from a sample's arrival to its visibility, from a
 * fault to its event on the stream, from a surge to more replicas. Each figure is read from outside, through the API.
 */
import { join } from 'node:path';
import {
  discard,
  followEvents,
  getJson,
  postJson,
  type RunningServer,
  type SeenEvent,
  startServerProcess,
  until,
} from './running-server.ts';

export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly note?: string;
}

const samples = 400;
const warmUpMs = 120_000;

export async function run(options: { quick?: boolean } = {}): Promise<{ title: string; rows: BenchRow[] }> {
  const startedAt = Date.now();
  const server = await startServerProcess({
    configPath: join(process.cwd(), 'examples/research-fleet/jaegis.yaml'),
    flags: ['--log-level', 'warn'],
  });
  const rows: BenchRow[] = [{ name: 'start: ready to serve', value: (Date.now() - startedAt) / 1000, unit: 's' }];
  try {
    await until(async () => (await liveAgents(server)) >= 6, { what: 'the fleet to be live', timeoutMs: 60_000 });
    rows.push({ name: 'start: whole fleet live', value: (Date.now() - startedAt) / 1000, unit: 's' });
    rows.push(...(await visibility(server)));
    // Detectors stay silent until they know what is usual.
    await wait(options.quick === true ? 30_000 : warmUpMs);
    rows.push(...(await faults(server)));
    if (options.quick !== true) rows.push(...(await surge(server)));
    const system = await getJson<{ memoryBytes: number; cpuUtilization: number }>(`${server.url}/api/fleet/system`);
    rows.push({ name: 'server: resident memory', value: system.memoryBytes / 2 ** 20, unit: 'MiB' });
  } finally {
    await discard(server);
  }
  return { title: 'The loop on one machine, example fleet running', rows };
}

/** One gauge sample a request; asked for until it is there. The time includes both requests. */
async function visibility(server: RunningServer): Promise<BenchRow[]> {
  const took: number[] = [];
  for (let i = 0; i < samples; i++) {
    const startedAt = performance.now();
    const dataPoint = { timeUnixNano: `${Date.now()}000000`, asDouble: i + 1 };
    const resource = {
      attributes: [
        { key: 'service.name', value: { stringValue: 'bench' } },
        { key: 'service.instance.id', value: { stringValue: 'bench-1' } },
      ],
    };
    await postJson(`${server.otlpUrl}/v1/metrics`, {
      resourceMetrics: [
        { resource, scopeMetrics: [{ metrics: [{ name: 'bench_visible', gauge: { dataPoints: [dataPoint] } }] }] },
      ],
    });
    for (;;) {
      const { data } = await getJson(`${server.url}/api/v1/query?query=bench_visible`);
      if (Number(data.result[0]?.value[1]) === i + 1) break;
    }
    took.push(performance.now() - startedAt);
    await wait(5);
  }
  took.sort((a, b) => a - b);
  const at = (q: number) => took[Math.floor(q * (took.length - 1))]!;
  return [
    {
      name: 'sample sent to visible in a query, p50',
      value: at(0.5),
      unit: 'ms',
      note: `${samples} samples, both requests included`,
    },
    { name: 'sample sent to visible in a query, p99', value: at(0.99), unit: 'ms' },
  ];
}

async function faults(server: RunningServer): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const about = (id: string) => (seen: SeenEvent) => seen.data.instanceId === id || seen.data.agent === id;
  const lost = (id: string) => (seen: SeenEvent) =>
    seen.event === 'agent' && seen.data.instanceId === id && seen.data.connectivity === 'lost';
  const told = (id: string, pool: string) => (seen: SeenEvent) =>
    (seen.event === 'anomaly' &&
      (about(id)(seen) || (seen.data.pool === pool && seen.data.agent === null)) &&
      String(seen.data.signal).startsWith('latency')) ||
    (seen.event === 'agent' &&
      seen.data.instanceId === id &&
      seen.data.reasons.some((reason: string) => reason.includes('latency')));
  const leaking = (id: string) => (seen: SeenEvent) =>
    seen.event === 'alert' && seen.data.kind === 'forecast_breach' && seen.data.agent === id;

  const kill = async (id: string) => {
    const { process: supervised } = await getJson<{ process: { pid: number } }>(`${server.url}/api/fleet/agents/${id}`);
    process.kill(supervised.pid, 'SIGKILL');
  };
  rows.push(
    await timeToEvent(server, {
      name: 'kill -9 to "lost" on the stream',
      agent: 'reader-1',
      make: kill,
      wanted: lost('reader-1'),
    }),
  );
  await recovered(server, 'reader-1');
  rows.push(
    await timeToEvent(server, {
      name: 'hang to "lost" on the stream',
      agent: 'reader-2',
      make: trouble(server, 'hang'),
      wanted: lost('reader-2'),
    }),
  );
  await recovered(server, 'reader-2');
  rows.push(
    await timeToEvent(server, {
      name: '10x latency to its event',
      agent: 'writer-1',
      make: trouble(server, 'slow'),
      wanted: told('writer-1', 'research/writer'),
    }),
  );
  await trouble(server, 'calm')('writer-1');
  rows.push(
    await timeToEvent(server, {
      name: 'memory leak to its warning',
      agent: 'searcher-1',
      make: trouble(server, 'leak'),
      wanted: leaking('searcher-1'),
    }),
  );
  await trouble(server, 'calm')('searcher-1');
  return rows;
}

async function timeToEvent(
  server: RunningServer,
  fault: { name: string; agent: string; make: (id: string) => Promise<unknown>; wanted: (seen: SeenEvent) => boolean },
): Promise<BenchRow> {
  const stream = followEvents(server.url);
  await wait(300);
  const startedAt = Date.now();
  await fault.make(fault.agent);
  try {
    const seen = await until(() => stream.events.find((event) => event.at >= startedAt && fault.wanted(event)), {
      what: fault.name,
      timeoutMs: 180_000,
    });
    return { name: fault.name, value: (seen.at - startedAt) / 1000, unit: 's', note: fault.agent };
  } catch {
    return { name: fault.name, value: Number.NaN, unit: 's', note: `${fault.agent}: not seen within 180 s` };
  } finally {
    stream.close();
  }
}

function trouble(server: RunningServer, kind: string): (id: string) => Promise<unknown> {
  return async (id) => {
    const { labels } = await getJson<{ labels: Record<string, string> }>(`${server.url}/api/fleet/agents/${id}`);
    // A hung agent never answers: the request is not waited for.
    return await Promise.race([
      postJson(`${labels['agent.url']}/trouble`, { kind }, { headers: { 'x-jaegis-trouble': 'yes' } }).catch(
        () => undefined,
      ),
      wait(1_000),
    ]);
  };
}

async function surge(server: RunningServer): Promise<BenchRow[]> {
  const pool = 'research/reader';
  const before = await poolOf(server, pool);
  const load = await getJson<{ items: { labels: Record<string, string> }[] }>(
    `${server.url}/api/fleet/agents?pool=${encodeURIComponent('research/load')}&connectivity=live`,
  );
  const control = load.items[0]!.labels['agent.url'];
  const startedAt = Date.now();
  await postJson(`${control}/shape`, { shape: 'surge' }, { headers: { 'x-jaegis-trouble': 'yes' } });
  const ordered = await until(
    async () => (await poolOf(server, pool)).desiredReplicas > before.desiredReplicas && Date.now(),
    { what: 'more readers to be ordered', timeoutMs: 120_000 },
  );
  const ready = await until(
    async () => (await poolOf(server, pool)).currentReplicas.ready > before.currentReplicas.ready && Date.now(),
    { what: 'more readers to be ready', timeoutMs: 120_000 },
  );
  let longestQueue = 0;
  while (Date.now() - startedAt < 300_000) {
    longestQueue = Math.max(longestQueue, (await poolOf(server, pool)).signals['queue_length']?.value ?? 0);
    await wait(1_000);
  }
  const { items } = await getJson<{ items: { at: number; from: number; to: number }[] }>(
    `${server.url}/api/fleet/decisions?pool=${encodeURIComponent(pool)}&from=${startedAt}&limit=1000`,
  );
  const moves = items.filter((each) => each.to !== each.from).sort((a, b) => a.at - b.at);
  const reversals = moves.filter(
    (move, i) => i > 0 && Math.sign(move.to - move.from) !== Math.sign(moves[i - 1]!.to - moves[i - 1]!.from),
  ).length;
  const most = Math.max(...moves.map((move) => move.to), before.desiredReplicas);
  await postJson(`${control}/shape`, { shape: 'calm' }, { headers: { 'x-jaegis-trouble': 'yes' } });
  return [
    { name: 'surge x8: more readers ordered', value: (ordered - startedAt) / 1000, unit: 's' },
    { name: 'surge x8: more readers ready', value: (ready - startedAt) / 1000, unit: 's' },
    { name: 'surge x8: reversals in 5 minutes', value: reversals, unit: '' },
    { name: 'surge x8: most readers ordered', value: most, unit: '' },
    { name: 'surge x8: longest queue of the readers', value: longestQueue, unit: 'requests' },
  ];
}

interface PoolFigures {
  readonly desiredReplicas: number;
  readonly currentReplicas: { readonly ready: number };
  readonly signals: Readonly<Record<string, { readonly value: number | null } | undefined>>;
}

function poolOf(server: RunningServer, name: string): Promise<PoolFigures> {
  return getJson<PoolFigures>(`${server.url}/api/fleet/pools/${encodeURIComponent(name)}`);
}

async function liveAgents(server: RunningServer): Promise<number> {
  return (await getJson<{ total: number }>(`${server.url}/api/fleet/agents?connectivity=live`)).total;
}

async function recovered(server: RunningServer, id: string): Promise<void> {
  await until(
    async () =>
      (await getJson<{ connectivity: string }>(`${server.url}/api/fleet/agents/${id}`)).connectivity === 'live',
    { what: `${id} to be live again`, timeoutMs: 120_000 },
  );
  await wait(20_000);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

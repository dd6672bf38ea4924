/**
 * How long a query takes, beside the peers: each store gets the same loads, and is then asked the same questions over
 * HTTP, one after the other. Every repetition moves the time a little and forbids caches, so that an answer is worked
 * out and not remembered. The thirty days go to a store of their own, for they must come in the order of time; ours
 * answers that question from the hourly rollups, whose last values it takes, where the peers read every sample.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FleetLoad, LoadRequests } from './fleet-load.ts';
import { besideHeavyQueries } from './heavy-queries.ts';
import { type Peer, type PeerName, startPeer } from './peers.ts';
import { until } from './running-server.ts';
import { sendBodies } from './send-bodies.ts';

export interface LatencyRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly note?: string;
}

interface Question {
  readonly name: string;
  readonly expr: string;
  /** Seconds; an instant query without. */
  readonly range?: number;
  readonly step?: number;
  /** The end of the question, or its instant, epoch seconds. */
  readonly at: number;
}

/** Answers that are not counted: a program that is compiled while it runs takes longer for the first. */
const warmUps = 10;

const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };

export async function queryLatency(options: {
  readonly peers: readonly PeerName[];
  readonly repeats: number;
}): Promise<LatencyRow[]> {
  const rows: LatencyRow[] = [];
  await warmUpAsker();
  for (const prepare of [prepareDay, prepareMonth]) {
    for (const name of options.peers) {
      const peer = await startPeer(name);
      if (peer === undefined) {
        rows.push({ name: `query: ${name}: skipped`, value: 0, unit: '', note: `${name} is not installed` });
        continue;
      }
      try {
        for (const question of await prepare(peer)) rows.push(...(await ask(peer, question, options.repeats)));
        if (name === 'jaegis' && prepare === prepareDay) rows.push(...(await besideHeavyQueries(peer)));
      } finally {
        await peer.stop();
        peer.discard();
      }
    }
  }
  return rows;
}

/** The asker is compiled while it runs too: the store that is asked first would bear some forty milliseconds of it. */
async function warmUpAsker(): Promise<void> {
  const values = Array.from({ length: 2_760 }, (_, i) => [1_700_000_000 + 30 * i, String(1_234_567 + 37 * i)]);
  const text = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values }] } });
  const server = createServer((_request, response) => response.end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const peer = { name: 'jaegis', url } as const;
  await ask(peer, { name: 'made', expr: 'made', range: 1, step: 1, at: 1_700_000_000 }, 40);
  server.close();
  server.closeAllConnections();
}

/** Sends the loads; gives the questions that fit them. */
async function prepareDay(peer: Peer): Promise<Question[]> {
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  const shape = { samplesPerRequest: 2_000, seriesPerAgent: 6 };
  const minute = 60_000;
  const dayFrom = now - 23 * 60 * minute;
  const hourTo = now - 20 * minute;
  await feed(peer, { ...shape, agents: 1, run: 'day' }, { from: dayFrom, to: hourTo, stepMs: 10_000 });
  await feed(
    peer,
    { ...shape, agents: 1_000, run: 'hour' },
    { from: hourTo - 60 * minute, to: hourTo, stepMs: 10_000 },
  );
  await feed(peer, { ...shape, agents: 10_000, run: 'now' }, { from: now - minute, to: now, stepMs: 20_000 });
  await untilAtRest(peer);
  return [
    {
      name: 'one series over 23 h, step 30 s',
      expr: 'agent_requests_total{instance="planner-day-0"}',
      range: 23 * 3_600,
      step: 30,
      at: hourTo / 1_000,
    },
    {
      name: 'sum by (pool) of rate over 1,000 series for 1 h, step 30 s',
      expr: 'sum by (pool) (rate(agent_requests_total{instance=~".+-hour-.+"}[5m]))',
      range: 3_600,
      step: 30,
      at: hourTo / 1_000,
    },
    { name: 'topk(10) over 10,000 series, instant', expr: 'topk(10, agent_cpu_utilization)', at: now / 1_000 },
  ];
}

/** What a store does with what it has just taken (merges, blocks, garbage) is not what a question costs. */
async function untilAtRest(peer: Peer): Promise<void> {
  const everyMs = 2_000;
  const most = 0.15;
  let before = peer.cpuSeconds();
  let calm = 0;
  await until(
    () => {
      const now = peer.cpuSeconds();
      calm = (now - before) / (everyMs / 1_000) < most ? calm + 1 : 0;
      before = now;
      return calm > 2;
    },
    { what: `${peer.name} at rest`, timeoutMs: 180_000, everyMs },
  );
}

/** Five hundred agents at a sample each ten minutes for thirty days: 2.2 million samples of each kind. */
async function prepareMonth(peer: Peer): Promise<Question[]> {
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const load = { samplesPerRequest: 2_000, seriesPerAgent: 2, agents: 500, run: 'month' };
  await feed(peer, load, { from: now - 30 * 86_400_000, to: now, stepMs: 600_000 });
  if (peer.name === 'jaegis') await untilRolledUp(peer, now);
  return [
    {
      name: 'quantile of 30 d of 500 series, instant',
      expr: 'quantile_over_time(0.95, agent_cpu_utilization[30d])',
      at: now / 1_000,
    },
  ];
}

/** Blocks are cut, merged and rolled up beside the ingest: the question is about what comes out of that. */
async function untilRolledUp(peer: Peer, now: number): Promise<void> {
  let before = -1;
  await until(
    async () => {
      const answer = await fetch(`${peer.url}/api/fleet/system`);
      const system = (await answer.json()) as SystemAnswer;
      const { count, tiers } = system.storage.blocks;
      const hours = tiers.find(({ widthMs }) => widthMs === 3_600_000);
      const { oldestAt = null, newestAt = null } = hours ?? {};
      // Days are rolled up once they are over, and settled half an hour later.
      const today = Math.floor((now - 1_800_000) / 86_400_000) * 86_400_000;
      const isRolledUp = oldestAt !== null && oldestAt < now - 29 * 86_400_000 && newestAt! >= today - 1_200_000;
      const isInOrder = isRolledUp && count === before;
      before = count;
      return isInOrder;
    },
    { what: 'the rollups of thirty days', timeoutMs: 300_000, everyMs: 5_000 },
  );
}

interface SystemAnswer {
  readonly storage: {
    readonly blocks: {
      readonly count: number;
      readonly tiers: readonly {
        readonly widthMs: number;
        readonly oldestAt: number | null;
        readonly newestAt: number | null;
      }[];
    };
  };
}

async function feed(peer: Peer, load: FleetLoad, over: { from: number; to: number; stepMs: number }): Promise<void> {
  const requests = new LoadRequests(load, 'remote-write');
  function* bodies() {
    for (let at = over.from, round = 0; at <= over.to; at += over.stepMs, round++)
      for (let request = 0; request < requests.count; request++) yield requests.body(request, round, at);
  }
  // One connection: the times of a series must rise.
  await sendBodies(bodies(), { url: `${peer.url}/api/v1/write`, headers, connections: 1 });
}

async function ask(peer: Pick<Peer, 'name' | 'url'>, question: Question, repeats: number): Promise<LatencyRow[]> {
  const took: number[] = [];
  let size = 0;
  let first = 0;
  for (let i = 0; i < repeats + warmUps; i++) {
    const at = question.at - i;
    const query: Record<string, string> = { query: question.expr, nocache: '1' };
    if (question.range === undefined) query['time'] = String(at);
    else {
      query['start'] = String(at - question.range);
      query['end'] = String(at);
      query['step'] = String(question.step);
    }
    const path = question.range === undefined ? 'query' : 'query_range';
    const startedAt = performance.now();
    const answer = await fetch(`${peer.url}/api/v1/${path}?${new URLSearchParams(query)}`);
    const body = (await answer.json()) as { data?: { result?: { values?: unknown[] }[] }; error?: string };
    const ms = performance.now() - startedAt;
    if (i === 0) first = ms;
    if (i >= warmUps) took.push(ms);
    if (!answer.ok) throw new Error(`${peer.name} answers ${answer.status} to ${question.expr}: ${body.error ?? ''}`);
    size = (body.data?.result ?? []).reduce((sum, series) => sum + (series.values?.length ?? 1), 0);
  }
  took.sort((a, b) => a - b);
  const at = (quantile: number) => took[Math.floor(quantile * (took.length - 1))]!;
  return [
    {
      name: `query: ${peer.name}: ${question.name}`,
      value: at(0.5),
      unit: 'ms',
      note: `p90 ${at(0.9).toFixed(1)} ms, the first of all ${first.toFixed(0)} ms; ${size} points in the answer`,
    },
  ];
}

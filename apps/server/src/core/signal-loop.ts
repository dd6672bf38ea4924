import { aggregatePoolSignals, assembleAgentSignals } from '@jaegis/analytics';
import { type Agent, type Anomaly, poolStateMetric, type Signals, signalMetric } from '@jaegis/model';
import type { Fleet } from './fleet.ts';
import { assess, memoryLimitOf, peersByPool } from './health.ts';
import type { PoolEntry } from './pool-book.ts';
import type { SignalRow } from './signal-book.ts';

/** Agents that are looked at before telemetry gets its turn: a few milliseconds. */
const agentsAtOnce = 200;

/**
 * Every 5 s: what is known of each agent and pool becomes signals, signals become series, the detector sees them, and
 * health follows. Agents that are gone have no signals: a gap stays a gap. Ten thousand agents take long enough to be
 * felt, so ingest and queries get a turn in between (`fleet.breathe`); an agent may be gone after that.
 */
export async function runSignals(fleet: Fleet, now: number): Promise<void> {
  const present: { agent: Agent; row: SignalRow }[] = [];
  await inTurns(fleet, fleet.registry.list(), (some) => {
    for (const agent of some) {
      if (agent.connectivity === 'stopped' || fleet.registry.get(agent.instanceId) === undefined) continue;
      const row = fleet.signals.ensureAgent(agent.instanceId, agent.pool);
      row.signals = agent.connectivity === 'lost' ? {} : agentSignals(fleet, agent, now);
      fleet.signals.write(row, 'agent', now);
      fleet.detection.lay(row, 'agent', now);
      present.push({ agent, row });
    }
    tellAnomalies(fleet, fleet.detection.observe(now, fleet.stopwatch));
  });
  const byPool = groupByPool(present);
  for (const entry of fleet.pools.list()) {
    const agents = byPool.get(entry.name) ?? [];
    updatePool(fleet, entry, agents, now);
    if (agents.length >= agentsAtOnce) await fleet.breathe?.();
  }
  writeLinks(fleet, now);
  tellAnomalies(fleet, fleet.detection.observe(now, fleet.stopwatch));
  await followBehavior(fleet, present, now);

  const peers = peersByPool(
    present.map(({ row }) => row),
    now,
  );
  await inTurns(fleet, present, (some) => {
    for (const { agent, row } of some) {
      if (fleet.registry.get(agent.instanceId) === undefined) continue;
      assess(fleet, { agent, row, peers: peers.get(agent.pool) ?? {} }, now);
    }
  });
  for (const entry of fleet.pools.list()) {
    if (judgePool(fleet, entry) >= agentsAtOnce) await fleet.breathe?.();
    writePoolState(fleet, entry, now);
  }
  await fleet.writer.flush(now);
  tellTick(fleet, now);
}

async function inTurns<T>(fleet: Fleet, all: readonly T[], run: (some: readonly T[]) => void): Promise<void> {
  for (let from = 0; from < all.length; from += agentsAtOnce) {
    if (from > 0) await fleet.breathe?.();
    run(all.slice(from, from + agentsAtOnce));
  }
}

/** Pool by pool, with turns in between. Lost agents have no signals and no behaviour; they keep their place. */
async function followBehavior(
  fleet: Fleet,
  present: readonly { agent: Agent; row: SignalRow }[],
  now: number,
): Promise<void> {
  const byPool = new Map<string, { id: string; signals: Signals }[]>();
  for (const { agent, row } of present) {
    const one = { id: agent.instanceId, signals: row.signals };
    const known = byPool.get(agent.pool);
    if (known === undefined) byPool.set(agent.pool, [one]);
    else known.push(one);
  }
  let sinceTurn = 0;
  for (const [pool, agents] of byPool) {
    const known = agents.filter(({ id }) => fleet.registry.get(id) !== undefined);
    tellAnomalies(fleet, fleet.behavior.observe(pool, known, { now, stopwatch: fleet.stopwatch }));
    sinceTurn += agents.length;
    if (sinceTurn < agentsAtOnce) continue;
    sinceTurn = 0;
    await fleet.breathe?.();
  }
}

const ourMetrics: readonly (string | undefined)[] = Object.values(signalMetric);

/** Keeps anomalies and tells whoever listens. Of those that begin, the outcome is waited for. */
export function tellAnomalies(
  fleet: Pick<Fleet, 'metadata' | 'events' | 'anomalyOutcomes'>,
  changed: readonly Anomaly[],
): void {
  for (const anomaly of changed) {
    const { id, pool, at, endedAt, signal, series } = anomaly;
    const isOwn = signal === 'behavior' || ourMetrics.includes(series['__name__']);
    if (endedAt === null) fleet.anomalyOutcomes.tell(id, { pool, at, source: isOwn ? 'own' : 'received' });
    fleet.metadata.saveAnomaly(anomaly);
    fleet.events.publish({ event: 'anomaly', data: anomaly });
  }
}

function agentSignals(fleet: Fleet, agent: Agent, now: number): Signals {
  const id = agent.instanceId;
  const process = fleet.host?.processes.get(id);
  const progress = fleet.registry.progressOf(id);
  const entry = fleet.pools.get(agent.pool);
  return assembleAgentSignals(
    {
      red: fleet.red.read(id, now),
      heartbeatMetrics: fleet.registry.metricsOf(id),
      progress: progress === undefined ? undefined : { perSecond: progress.perSecond, at: progress.at },
      process: process === undefined ? undefined : { ...process, at: fleet.host!.at },
      cpuLimit: entry?.limits.cpu,
      memoryLimitBytes: memoryLimitOf(fleet, agent.pool),
      capacityPerReplica: entry?.config?.capacity?.requests_per_second ?? entry?.state.capacity.perReplica ?? null,
      recoveryTimeSeconds: secondsOf(fleet.health.get(id)?.recovery?.lastMs),
    },
    now,
  );
}

function secondsOf(ms: number | null | undefined): number | null {
  return ms === undefined || ms === null ? null : ms / 1_000;
}

function groupByPool(present: readonly { agent: Agent; row: SignalRow }[]): Map<string, Signals[]> {
  const byPool = new Map<string, Signals[]>();
  for (const { agent, row } of present) {
    if (agent.connectivity === 'lost') continue;
    const known = byPool.get(agent.pool);
    if (known === undefined) byPool.set(agent.pool, [row.signals]);
    else known.push(row.signals);
  }
  return byPool;
}

function updatePool(fleet: Fleet, entry: PoolEntry, agents: readonly Signals[], now: number): void {
  const row = fleet.signals.ensurePool(entry.name);
  const red = fleet.red.pool(entry.name, now);
  // Agents that only call others have no server spans; what they say of their own work counts then.
  const speaksForItself = red?.requests === 0 && agents.some((signals) => (signals.request_rate?.value ?? 0) > 0);
  entry.signals = aggregatePoolSignals(agents, speaksForItself ? undefined : red, now);
  row.signals = entry.signals;
  fleet.signals.write(row, 'pool', now);
  fleet.detection.lay(row, 'pool', now);
  writePoolSeries(fleet, entry, now);
}

/** Replicas and the forecast for the end of the start-up time, as series for the charts. */
function writePoolSeries(fleet: Fleet, entry: PoolEntry, now: number): void {
  const write = (labels: Readonly<Record<string, string>>, value: number | null) =>
    fleet.writer.record({ ...labels, pool: entry.name }, value, now);
  if (entry.observation !== undefined) {
    for (const state of ['ready', 'pending', 'draining'] as const)
      write({ __name__: 'jaegis_pool_replicas', state }, entry.observation.replicas[state]);
    write({ __name__: 'jaegis_pool_replicas', state: 'desired' }, entry.desired);
  }
  for (const forecast of entry.forecasts.values()) {
    if (forecast.reach !== 'hour') continue;
    const ahead = Math.ceil((entry.state.capacity.startupMs ?? 60_000) / forecast.step);
    const signal = forecast.series['signal'] ?? '';
    for (const quantile of ['0.5', '0.95'])
      write(
        { __name__: 'jaegis_pool_forecast', signal, quantile },
        forecast.quantiles[quantile]?.[Math.min(ahead, forecast.mean.length - 1)] ?? null,
      );
  }
}

/** How well a pool is and how many of its agents are there: what the map of a past moment is drawn from. */
function writePoolState(fleet: Fleet, entry: PoolEntry, now: number): void {
  const { live, suspect, lost } = fleet.registry.counts(entry.name);
  fleet.writer.record({ __name__: poolStateMetric.agents, pool: entry.name }, live + suspect, now);
  const score = live + suspect + lost === 0 ? null : entry.score;
  fleet.writer.record({ __name__: poolStateMetric.score, pool: entry.name }, score, now);
}

function writeLinks(fleet: Fleet, now: number): void {
  for (const link of fleet.topology.links(now)) {
    const values = {
      request_rate: link.rate,
      error_rate: link.rate > 0 ? link.errorRate : null,
      latency_p50: link.p50,
      latency_p95: link.p95,
    };
    for (const [signal, value] of Object.entries(values)) {
      const { source, target, kind } = link;
      fleet.writer.record({ __name__: signalMetric.link, source, target, kind, signal }, value, now);
    }
  }
}

/** A pool is as well as its agents: the mean of those present, pulled to the worst. Returns how many there are. */
function judgePool(fleet: Fleet, entry: PoolEntry): number {
  const agents = fleet.registry.listPool(entry.name).filter((agent) => agent.connectivity !== 'stopped');
  if (agents.length === 0) {
    entry.score = 100;
    entry.reasons = [];
    return 0;
  }
  const mean = agents.reduce((sum, agent) => sum + agent.score, 0) / agents.length;
  const worst = agents.reduce((low, agent) => (agent.score < low.score ? agent : low));
  entry.score = Math.round(0.7 * mean + 0.3 * worst.score);
  const bad = agents.filter((agent) => agent.score < 80).sort((a, b) => a.score - b.score);
  entry.reasons = bad
    .slice(0, 5)
    .map((agent) => `${agent.instanceId}: ${agent.reasons[0] ?? agent.connectivityReason}`);
  return agents.length;
}

function tellTick(fleet: Fleet, now: number): void {
  const pools: Record<string, Record<string, number | null>> = {};
  for (const entry of fleet.pools.list()) {
    pools[entry.name] = Object.fromEntries(Object.entries(entry.signals).map(([name, signal]) => [name, signal.value]));
  }
  fleet.events.publish({
    event: 'sample-batch',
    data: { at: now, pools, agentsChanged: fleet.registry.listTouchedSince(now - 5_000).length },
  });
}

import { agentReport, fleetReport } from '@jaegis/analytics';
import type { Scraper } from '@jaegis/ingest';
import type {
  Agent,
  AgentReport,
  AgentSummary,
  Bands,
  FleetReport,
  Forecast,
  Link,
  LogRecord,
  Page,
  Pool,
  Signals,
  SystemReport,
  TimelineItem,
  Topology,
  TuningRecord,
} from '@jaegis/model';
import { signalMetric } from '@jaegis/model';
import type { Target } from '@jaegis/targets';
import type { Fleet } from '../core/fleet.ts';
import { errorsOf } from '../core/health.ts';
import type { LoopStats } from '../core/loop-runner.ts';
import { refreshSelfMetrics } from '../core/self-metrics-loop.ts';
import { tuningRecords } from '../core/tuning.ts';
import { agentSummaries } from './agent-views.ts';
import { type BandsQuery, bands } from './bands.ts';
import { pastTopology } from './past-topology.ts';
import { type PoolDetail, poolDetail, poolView } from './pool-views.ts';
import { systemView } from './system-view.ts';
import { timeline } from './timeline.ts';
import { type TopologyQuery, topologyView } from './topology-view.ts';

/** Everything that can be asked about the fleet. Reading only. */
export interface Views {
  fleetReport(): FleetReport;
  agents(): readonly Agent[];
  agentSummaries(since?: number): AgentSummary[];
  agentReport(id: string): AgentReport | undefined;
  /** What a supervised process wrote, newest last; `undefined` for one that is not ours. */
  output(id: string, tail: number): Promise<string[] | undefined>;
  logs(query: { instanceId?: string; limit: number }): Promise<readonly LogRecord[]>;
  pools(): Pool[];
  pool(name: string): PoolDetail | undefined;
  forecasts(query: { pool: string | undefined; signal: string | undefined; reach: string | undefined }): Forecast[];
  /** Changes of scaling parameters, newest first. */
  tuning(pool: string | undefined): TuningRecord[];
  links(): Link[];
  topology(query: TopologyQuery): Topology;
  timeline(query: { pool?: string; from?: number; to?: number; limit: number }): Page<TimelineItem>;
  bands(query: BandsQuery): Bands;
  system(): SystemReport;
  /** The text page of /metrics. */
  metricsPage(): string;
}

export interface ViewSources {
  readonly loops: () => readonly Readonly<LoopStats>[];
  readonly scraper: () => Scraper | undefined;
  readonly targets: ReadonlyMap<string, Target>;
}

const importance = { low: 0.5, normal: 1, high: 2 } as const;
const hourMs = 3_600_000;

export function createViews(fleet: Fleet, sources: ViewSources): Views {
  const { registry, metadata, pools } = fleet;
  return {
    fleetReport: () =>
      fleetReport(
        {
          agents: registry.list(),
          anomalies: [...fleet.detection.open(), ...fleet.behavior.open()],
          forecasts: pools
            .list()
            .flatMap((entry) => [...entry.forecasts.values()].filter(({ reach }) => reach === 'hour'))
            .map(shortForecast),
          alerts: fleet.alerts.active(),
          incidents: fleet.incidents.open(),
          recommendations: worstRecommendations(fleet),
          importanceOf: (pool) => importance[pools.get(pool)?.config?.importance ?? 'normal'],
          historySince: fleet.store.stats().oldestAt,
        },
        fleet.clock.now(),
      ),
    agents: () => registry.list(),
    agentSummaries: (since) => agentSummaries(fleet, since),
    agentReport: (id) => reportOf(fleet, id),
    output: async (id, tail) => {
      const pool =
        registry.get(id)?.pool ??
        pools.sized().find((entry) => entry.observation?.instances.some((each) => each.instanceId === id))?.name;
      const target = pool === undefined ? undefined : sources.targets.get(pool);
      return await target?.output?.(id, { tail });
    },
    logs: async (query) => (await fleet.telemetryLog?.logs(query)) ?? [],
    pools: () => pools.list().map((entry) => poolView(fleet, entry)),
    pool: (name) => {
      const entry = pools.get(name);
      return entry === undefined ? undefined : poolDetail(fleet, entry);
    },
    tuning: (pool) => tuningRecords(fleet, pool),
    forecasts: ({ pool, signal, reach }) =>
      pools
        .list()
        .filter((entry) => pool === undefined || entry.name === pool)
        .flatMap((entry) => [...entry.forecasts])
        .map(([, forecast]) => forecast)
        .filter((each) => signal === undefined || each.series['signal'] === signal)
        .filter((each) => reach === undefined || each.reach === reach),
    links: () => fleet.topology.links(fleet.clock.now()),
    topology: (query) => (query.at === undefined ? topologyView(fleet, query) : pastTopology(fleet, query, query.at)),
    timeline: (query) => timeline(metadata, query),
    bands: (query) => bands(fleet.store, query, { falseAlarmsPerAgentWeek: fleet.options.false_alarms_per_agent_week }),
    system: () => systemView(fleet, sources),
    metricsPage: () => {
      refreshSelfMetrics(fleet, sources.loops());
      return fleet.selfMetrics.page();
    },
  };
}

function reportOf(fleet: Fleet, id: string): AgentReport | undefined {
  const agent = fleet.registry.get(id);
  if (agent === undefined) return undefined;
  const now = fleet.clock.now();
  const state = fleet.health.get(id);
  const instance = fleet.pools.get(agent.pool)?.observation?.instances.find((each) => each.instanceId === id);
  return agentReport(
    {
      agent,
      signals: fleet.signals.agent(id)?.signals ?? {},
      before: signalsAt(fleet, id, now - hourMs),
      errors: errorsOf(fleet, id, now),
      recovery: state?.recovery,
      behavior: fleet.behavior.describe(id, fleet.signals.agent(id)?.signals ?? {}),
      decline: state?.decline,
      anomalies: fleet.metadata.anomalies({ agent: id, limit: 50 }).items,
      links: fleet.topology.agentLinks(now, id),
      recommendations: state?.recommendations,
      process:
        instance === undefined || instance.pid === null
          ? null
          : {
              pid: instance.pid,
              startedAt: instance.startedAt ?? agent.firstSeen,
              restarts: instance.restarts,
              state: instance.state,
            },
    },
    now,
  );
}

/** An agent's signals as they were at a time, or as early as they are known after it. */
function signalsAt(fleet: Fleet, id: string, at: number): Signals {
  const found: Record<string, { value: number; at: number }> = {};
  const matchers = [
    { name: '__name__', op: '=', value: signalMetric.agent },
    { name: 'instance_id', op: '=', value: id },
  ] as const;
  for (const { labels, timestamps, values } of fleet.store.select(matchers, at, fleet.clock.now())) {
    const signal = labels['signal'];
    if (signal !== undefined && timestamps.length > 0) found[signal] = { value: values[0]!, at: timestamps[0]! };
  }
  return found as Signals;
}

/** The report carries the next quarter of an hour; the whole forecast has its own path. */
function shortForecast(forecast: Forecast): Forecast {
  const steps = Math.ceil(900_000 / forecast.step);
  const cut = (values: readonly number[]) => values.slice(0, steps);
  return {
    ...forecast,
    mean: cut(forecast.mean),
    quantiles: Object.fromEntries(Object.entries(forecast.quantiles).map(([q, values]) => [q, cut(values)])),
  };
}

/** What to do, of the agents that are worst off. */
function worstRecommendations(fleet: Fleet): string[] {
  const bad = fleet.registry.list().filter((agent) => agent.connectivity !== 'stopped' && agent.score < 80);
  bad.sort((a, b) => a.score - b.score);
  return bad.slice(0, 10).flatMap((agent) => fleet.health.get(agent.instanceId)?.recommendations ?? []);
}

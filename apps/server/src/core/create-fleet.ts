import { AlertEngine, IncidentEngine, PostedAlerts, type TimelineFact } from '@jaegis/alerting';
import { AlarmOutcomes, AlarmTuning, AnomalyOutcomes } from '@jaegis/analytics';
import { IngestCounters } from '@jaegis/ingest';
import type { Anomaly } from '@jaegis/model';
import { Registry } from '@jaegis/registry';
import { recordOutcome } from '@jaegis/scaling';
import { QuantileSketch } from '@jaegis/std';
import { patientMetadata } from '@jaegis/store';
import { RedWindow, TopologyBuilder } from '@jaegis/topology';
import { ExemplarStore, MetadataBook } from '@jaegis/tsdb';
import { alarmOutcomesKey, alarmTuningKey, anomalyOutcomesKey } from './alarm-accuracy.ts';
import { Behavior } from './behavior.ts';
import type { CoreDeps } from './core.ts';
import { Detection } from './detection.ts';
import { EventStream } from './event-stream.ts';
import { ExhaustionWatch } from './exhaustion.ts';
import type { Fleet } from './fleet.ts';
import { inlineForecastEngine } from './forecast-engine.ts';
import { idMaker } from './ids.ts';
import { LearnedSeries } from './learned-series.ts';
import { NetworkKeeper } from './network-loop.ts';
import { oneByOne } from './one-by-one.ts';
import { OutcomeWatch } from './outcomes.ts';
import { PoolBook } from './pool-book.ts';
import { ReceivedWatch } from './received-watch.ts';
import { Rules } from './rules.ts';
import { SelfMetrics } from './self-metrics.ts';
import { SignalBook } from './signal-book.ts';
import { tellAnomalies } from './signal-loop.ts';
import { SignalWriter } from './signal-writer.ts';
import { Silencing } from './silencing.ts';

/** A loop of each second that did not run for this long means that we were away (a sleeping laptop): that is nobody's silence. */
const stallAfterMs = 3_000;
const maxFacts = 1_000;
/** As many as Prometheus keeps when it keeps them: some 30 MB when full. */
const maxExemplars = 100_000;
const maxMetrics = 20_000;

/** Everything that is known, with what a restart brings back: agents, decisions, alerts, incidents, what was learned. */
export function createFleet(deps: CoreDeps, signalIntervalMs: number): Fleet {
  const { clock, config, options, store } = deps;
  const metadata = patientMetadata(deps.metadata);
  const now = clock.now();
  const registry = new Registry({
    agentLimit: options.agent_limit,
    heartbeatIntervalMs: options.heartbeat_interval,
    supervisedHeartbeatIntervalMs: options.supervised_heartbeat_interval,
    stallAfterMs,
  });
  registry.restore(metadata.loadAgents(), now);
  const topology = new TopologyBuilder();
  for (const link of config.links) topology.declare(link.source, link.target);
  const events = new EventStream(now);
  const writer = new SignalWriter(store);
  const alerts = new AlertEngine(config.alerting);
  const incidents = new IncidentEngine({
    groupWindowMs: config.alerting.group_window,
    linked: (a, b) => topology.isLinked(a, b),
    calls: (caller, callee) => topology.isCaller(caller, callee),
    agentsIn: (pool) => {
      const counts = registry.counts(pool);
      return counts.live + counts.suspect + counts.lost;
    },
  });
  const known = metadata.alerts({ state: ['pending', 'firing'], limit: 5_000 }).items;
  alerts.restore(known);
  incidents.restore(metadata.incidents({ state: ['open', 'acknowledged'], limit: 500 }).items, known);
  const nextId = idMaker();
  const alarmTuning = AlarmTuning.fromJSON(metadata.getState(alarmTuningKey));
  let facts: TimelineFact[] = [];
  const pools = new PoolBook(config, metadata);
  const metricMetadata = new MetadataBook(maxMetrics);
  deps.remoteWrites?.learnMetadata((metric) => metricMetadata.newest(metric));
  const { nextTurn } = deps;
  const breathe = nextTurn === undefined ? undefined : oneByOne(nextTurn);
  const anomalyOutcomes = AnomalyOutcomes.fromJSON(metadata.getState(anomalyOutcomesKey), now);
  const tell = (changed: readonly Anomaly[]) => tellAnomalies({ metadata, events, anomalyOutcomes }, changed);

  return {
    clock,
    stopwatch: deps.stopwatch,
    nextTurn,
    breathe,
    log: deps.log,
    version: deps.version,
    config,
    options,
    startedAt: now,
    hostName: deps.hostName,
    platform: deps.platform,
    nextId,
    store,
    exemplars: new ExemplarStore(maxExemplars),
    metricMetadata,
    metadata,
    telemetryLog: deps.telemetryLog,
    events,
    counters: new IngestCounters(),
    selfMetrics: new SelfMetrics(),
    registry,
    topology,
    red: new RedWindow(),
    pools,
    writer,
    signals: new SignalBook(writer),
    detection: new Detection({
      intervalMs: signalIntervalMs,
      metadata,
      falseAlarmsPerAgentWeek: options.false_alarms_per_agent_week,
      tuning: alarmTuning,
    }),
    received: new ReceivedWatch(
      { clock, store, registry, metricMetadata, breathe },
      {
        seriesLimit: options.watched_series_limit,
        falseAlarmsPerAgentWeek: options.false_alarms_per_agent_week,
        tell,
        learned: deps.learned === undefined ? undefined : new LearnedSeries(deps.learned, breathe),
      },
    ),
    behavior: new Behavior({
      agentLimit: options.agent_limit,
      metadata,
      isKnown: (id) => registry.get(id) !== undefined,
      nextId,
      now,
    }),
    health: new Map(),
    trust: new Map(),
    forecaster: deps.forecaster ?? inlineForecastEngine(),
    networkTrainer: deps.networkTrainer,
    network: new NetworkKeeper(),
    exhaustion: new ExhaustionWatch(),
    alarmOutcomes: AlarmOutcomes.fromJSON(metadata.getState(alarmOutcomesKey)),
    anomalyOutcomes,
    alarmTuning,
    lostLately: new Map(),
    alerts,
    incidents,
    queryStore: deps.queryStore,
    keptSamples: deps.keptSamples,
    remoteWrites: deps.remoteWrites,
    rules: new Rules({
      files: deps.ruleFiles ?? [],
      now,
      store,
      stopwatch: deps.stopwatch,
      externalLabels: config.external_labels,
      query: deps.ruleQuery,
    }),
    posted: new PostedAlerts(),
    silencing: new Silencing(metadata),
    outcomes: new OutcomeWatch(metadata, events, (decision, outcome) => {
      const entry = pools.get(decision.pool);
      if (entry !== undefined) entry.state = recordOutcome(entry.state, decision, outcome);
    }),
    receivers: deps.receivers,
    alertSinks: deps.alertSinks ?? [],
    visibleMs: new QuantileSketch({ min: 0.01, max: 1e5 }),
    selfUsage: undefined,
    host: undefined,
    addFact(fact) {
      if (facts.length < maxFacts) facts.push(fact);
    },
    takeFacts() {
      const taken = facts;
      facts = [];
      return taken;
    },
  };
}

import { OtlpReceiver, RemoteWriteReceiver, type Scraper, WorkTurns } from '@jaegis/ingest';
import {
  type AgentCommand,
  type AgentCommandKind,
  type Incident,
  isActing,
  type JaegisConfig,
  type Pool,
  type PoolMode,
  type ReplicaSize,
  type SeriesRef,
  type ServerOptions,
} from '@jaegis/model';
import type { AlertSink, Receiver } from '@jaegis/receivers';
import type { RuleFile, Query as RuleQuery } from '@jaegis/rules';
import type { Clock } from '@jaegis/std';
import type { MetadataStore, TelemetryLog } from '@jaegis/store';
import type { Target, TargetEvent } from '@jaegis/targets';
import type { MetricsStore, StorageDirectory } from '@jaegis/tsdb';
import { createViews, type Views } from '../views/views.ts';
import { learnFromFeedback, learnOfSignal, type SignalFeedback } from './alarm-accuracy.ts';
import { runAlerting } from './alerting-loop.ts';
import { runConnectivity, tellChanged } from './connectivity-loop.ts';
import { createFleet } from './create-fleet.ts';
import type { ForecastEngine } from './forecast-engine.ts';
import { runForecasts } from './forecast-loop.ts';
import { commandAgent, type HeartbeatOutcome, removeAgent, takeHeartbeat } from './heartbeats.ts';
import { type HostSource, runHost } from './host-loop.ts';
import type { Log } from './log.ts';
import { LoopRunner } from './loop-runner.ts';
import { keepReceived, runMaintenance } from './maintenance-loop.ts';
import type { NetworkTrainer } from './network-trainer.ts';
import { firstPlaces } from './placed.ts';
import type { QueryStore } from './query-store.ts';
import type { RemoteWrites } from './remote-writes.ts';
import { runScaling } from './scaling-loop.ts';
import { describeSelfMetrics } from './self-metric-names.ts';
import { runSelfMetrics } from './self-metrics-loop.ts';
import { runSignals } from './signal-loop.ts';
import { createSinks } from './sinks.ts';
import { runSizes } from './size-loop.ts';
import { handleTargetEvent } from './target-events.ts';

export interface CoreDeps {
  readonly clock: Clock;
  /** Milliseconds, for measuring only. */
  readonly stopwatch: () => number;
  /** Settles in the next turn of the event loop: what waits comes first. */
  readonly nextTurn?: () => Promise<void>;
  readonly log: Log;
  readonly version: string;
  /** Any random 32 bits: nobody can then prepare series whose hashes collide. */
  readonly hashSeed: number;
  /** Of this machine. */
  readonly hostName: string;
  /** Runtime and operating system, in words. */
  readonly platform: string;
  readonly config: JaegisConfig;
  readonly options: ServerOptions;
  readonly store: MetricsStore;
  readonly metadata: MetadataStore;
  /** Where what was learned of received series is kept; it is learned anew at each start when left out. */
  readonly learned?: StorageDirectory;
  readonly telemetryLog?: TelemetryLog;
  readonly receivers: readonly Receiver[];
  /** Who wants to know which alerts fire, all the time. */
  readonly alertSinks?: readonly AlertSink[];
  /** Calculates forecasts; in this thread when left out. */
  readonly forecaster?: ForecastEngine;
  /** Trains the forecasting network; left out: there is none. */
  readonly networkTrainer?: NetworkTrainer | undefined;
  readonly ruleFiles?: readonly RuleFile[];
  /** Answers the questions of rules; in this thread when left out. */
  readonly ruleQuery?: RuleQuery;
  readonly remoteWrites?: RemoteWrites;
  /** Answers queries in our place. */
  readonly queryStore?: QueryStore;
  /** Samples that threads for queries keep decoded. */
  readonly keptSamples?: () => number;
}

export interface IncidentHandling {
  readonly what: 'ack' | 'note' | 'feedback';
  readonly by: string;
  readonly text: string;
  readonly verdict: Incident['feedback'][number]['verdict'] | undefined;
}

/** How often each loop runs. Signals and decisions every 5 s; connectivity every second, so that "lost" is said on time. */
export const loopIntervalsMs = {
  connectivity: 1_000,
  signals: 5_000,
  scaling: 5_000,
  rules: 1_000,
  alerting: 5_000,
  forecasts: 1_000,
  network: 10_000,
  host: 10_000,
  sizes: 10_000,
  selfMetrics: 10_000,
  maintenance: 1_000,
} as const;

/** A process of a pool that never speaks counts as ready when it has lived this long. */
const silentReadyMs = 3_000;

export type Core = ReturnType<typeof createCore>;

/**
 * The loop, wired: what comes in becomes known, gets a meaning, becomes decisions, is done. Nothing here knows sockets,
 * files or real time; the server gives it the real world, simulations a made one.
 */
export function createCore(deps: CoreDeps) {
  const fleet = createFleet(deps, loopIntervalsMs.signals);
  const sinks = createSinks(fleet);
  const targets = new Map<string, Target>();
  const loops = new LoopRunner({ clock: deps.clock, log: deps.log, stopwatch: deps.stopwatch });
  const { nextTurn, stopwatch } = deps;
  const receiving = {
    sinks,
    turns: nextTurn === undefined ? undefined : new WorkTurns({ breathe: nextTurn, stopwatch }),
    clock: deps.clock,
    counters: fleet.counters,
    bodyLimitBytes: deps.options.body_limit_bytes,
    pendingLimit: deps.options.pending_requests_limit,
    hashSeed: deps.hashSeed,
  };
  const promote = deps.options.otlp_promote_resource_attributes.split(',').map((each) => each.trim());
  const otlp = new OtlpReceiver({
    ...receiving,
    naming: {
      translation: deps.options.otlp_translation_strategy,
      promote: promote.filter((each) => each !== ''),
    },
  });
  const remoteWrite = new RemoteWriteReceiver(receiving);
  let host: HostSource | undefined;
  let scraper: Scraper | undefined;
  let isReady = false;
  const views: Views = createViews(fleet, { loops: () => loops.stats(), scraper: () => scraper, targets });

  return {
    fleet,
    version: deps.version,
    clock: deps.clock,
    log: deps.log,
    store: fleet.store,
    metadata: fleet.metadata,
    events: fleet.events,
    counters: fleet.counters,
    sinks,
    otlp,
    remoteWrite,
    views,
    isReady: () => isReady,

    /** The store has dropped series: whoever keeps their refs must not write to them again. */
    forgetRefs(refs: readonly SeriesRef[]): void {
      otlp.forgetRefs(refs);
      remoteWrite.forgetRefs(refs);
      fleet.received.forget(refs, deps.clock.now());
    },

    heartbeat(id: string, body: Uint8Array): HeartbeatOutcome {
      return takeHeartbeat(fleet, id, body);
    },

    command(id: string, kind: AgentCommandKind, reason: string): AgentCommand | undefined {
      return commandAgent(fleet, targets, { id, kind, reason });
    },

    removeAgent: (id: string) => removeAgent(fleet, id),

    setMode(name: string, mode: PoolMode): Pool | undefined {
      const entry = fleet.pools.get(name);
      if (entry?.target === undefined) return undefined;
      fleet.pools.setMode(entry, mode);
      fleet.log.info({ pool: name, mode }, `${name}: mode is now ${mode}`);
      fleet.addFact({ at: deps.clock.now(), pool: name, what: `mode is now ${mode}`, reason: 'asked for by a person' });
      return views.pool(name);
    },

    handleIncident(id: string, handling: IncidentHandling): Incident | undefined {
      const now = deps.clock.now();
      const { incidents, metadata, events } = fleet;
      const changed =
        handling.what === 'ack'
          ? incidents.acknowledge(id, handling.by, now)
          : handling.what === 'note'
            ? incidents.note(id, { by: handling.by, text: handling.text }, now)
            : incidents.feedback(id, { verdict: handling.verdict!, text: handling.text }, now);
      if (changed === undefined) return undefined;
      if (handling.what === 'feedback') learnFromFeedback(fleet, changed, handling.verdict!, now);
      metadata.saveIncident(changed);
      events.publish({ event: 'incident', data: changed });
      return changed;
    },

    /** What a person says of one signal of a pool; false when the pool is not known. */
    handleFeedback(said: SignalFeedback): boolean {
      if (fleet.pools.get(said.pool) === undefined) return false;
      learnOfSignal(fleet, said, deps.clock.now());
      return true;
    },

    /** Gives pools what their actions act on. Each pool is first brought to what it had, or to its minimum. */
    async attachTargets(given: ReadonlyMap<string, Target>): Promise<void> {
      const now = deps.clock.now();
      for (const [name, target] of given) {
        const entry = fleet.pools.get(name);
        if (entry === undefined) continue;
        entry.target = target;
        targets.set(name, target);
        entry.observation = target.observe(now);
        // Start-ups of an earlier run were learned from by it.
        for (const { readyAt } of entry.observation.instances)
          entry.newestReadyAt = Math.max(entry.newestReadyAt, readyAt ?? 0);
        const { ready, pending } = entry.observation.replicas;
        const min = entry.scaling?.minReplicas ?? 0;
        const wanted = Math.max(
          min,
          Math.min(entry.desired ?? min, entry.scaling?.maxReplicas ?? min),
          ready + pending,
        );
        if (
          isActing(entry.mode) &&
          wanted !== ready + pending &&
          (wanted < ready + pending || entry.mode !== 'paused-out')
        )
          await target.scale(wanted, {
            now,
            reason: 'what it had before, or its minimum',
            ...firstPlaces(entry, wanted),
          });
        entry.desired = wanted;
      }
    },

    attachHost(source: HostSource): void {
      host = source;
    },

    attachScraper(given: Scraper): void {
      scraper = given;
    },

    /**
     * Ready is what has spoken to us since it was started. A program without the SDK never does: where nobody of a pool
     * ever spoke, one that has lived for a while is ready.
     */
    hasSpokenSince(pool: string, instanceId: string, startedAt: number): boolean {
      const agent = fleet.registry.get(instanceId);
      if (agent !== undefined && agent.lastSeen >= startedAt && agent.connectivity === 'live') return true;
      const isSilentPool = fleet.registry.listPool(pool).length === 0;
      return isSilentPool && deps.clock.now() - startedAt >= silentReadyMs;
    },

    /** What one replica of a pool may use. */
    limitsOf(pool: string): ReplicaSize {
      return fleet.pools.get(pool)?.limits ?? { cpu: null, memoryBytes: null };
    },

    /** Whether an instance knows how to call its drain off: the SDK says so with each heartbeat. */
    canReturn(instanceId: string): boolean {
      return fleet.registry.get(instanceId)?.labels['jaegis.can_return'] === '1';
    },

    /** What a target says of its instances: the registry must know who died, at once. */
    onTargetEvent(event: TargetEvent): void {
      handleTargetEvent(fleet, event);
      // An agent may be back within a second: that it was gone must be told all the same.
      if (event.kind === 'exited') tellChanged(fleet, targets);
    },

    start(): void {
      const { selfMetrics } = fleet;
      describeSelfMetrics(selfMetrics);
      void fleet.received.begin(fleet.metadata, fleet.log, deps.clock.now());
      loops.start('connectivity', loopIntervalsMs.connectivity, (now) => runConnectivity(fleet, targets, now));
      loops.start('signals', loopIntervalsMs.signals, (now) => runSignals(fleet, now));
      loops.start('rules', loopIntervalsMs.rules, (now) => fleet.rules.run(now));
      loops.start('alerting', loopIntervalsMs.alerting, (now) => runAlerting(fleet, now));
      loops.start('scaling', loopIntervalsMs.scaling, (now) => runScaling(fleet, now));
      loops.start('forecasts', loopIntervalsMs.forecasts, (now) => runForecasts(fleet, now));
      loops.start('network', loopIntervalsMs.network, (now) => fleet.network.run(fleet, now));
      loops.start('host', loopIntervalsMs.host, async (_now) => {
        if (host !== undefined) await runHost(fleet, host);
      });
      loops.start('sizes', loopIntervalsMs.sizes, (now) => runSizes(fleet, now));
      loops.start('self metrics', loopIntervalsMs.selfMetrics, (now) => runSelfMetrics(fleet, loops.stats(), now));
      loops.start('maintenance', loopIntervalsMs.maintenance, (now) => runMaintenance(fleet, now));
      isReady = true;
    },

    /** Stops the loops, then the targets (with `drain` their replicas too), and keeps what a restart must know. */
    async stop(options: { drain: boolean }): Promise<void> {
      isReady = false;
      await loops.stop();
      await fleet.rules.idle();
      await Promise.allSettled([...targets.values()].map((target) => target.close(options)));
      const now = deps.clock.now();
      for (const entry of fleet.pools.list()) if (entry.target !== undefined) fleet.pools.save(entry);
      await runConnectivity(fleet, targets, now);
      await fleet.detection.save(fleet.metadata);
      await fleet.behavior.save(fleet.metadata);
      await keepReceived(fleet, () => fleet.received.save(now));
      fleet.metadata.retry();
      await Promise.allSettled([...fleet.receivers, ...fleet.alertSinks].map((receiver) => receiver.close()));
    },
  };
}

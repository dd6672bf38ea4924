import type { AlertEngine, IncidentEngine, PostedAlerts, TimelineFact } from '@jaegis/alerting';
import type { AlarmOutcomes, AlarmTuning, AnomalyOutcomes, ForecastTrust } from '@jaegis/analytics';
import type { HostSample, IngestCounters } from '@jaegis/ingest';
import type { Agent, JaegisConfig, ServerOptions } from '@jaegis/model';
import type { AlertSink, Receiver } from '@jaegis/receivers';
import type { Registry } from '@jaegis/registry';
import type { Clock, QuantileSketch } from '@jaegis/std';
import type { PatientMetadata, TelemetryLog } from '@jaegis/store';
import type { RedWindow, TopologyBuilder } from '@jaegis/topology';
import type { ExemplarStore, MetadataBook, MetricsStore } from '@jaegis/tsdb';
import type { Behavior } from './behavior.ts';
import type { Detection } from './detection.ts';
import type { EventStream } from './event-stream.ts';
import type { ExhaustionWatch } from './exhaustion.ts';
import type { ForecastEngine } from './forecast-engine.ts';
import type { HealthState } from './health.ts';
import type { Log } from './log.ts';
import type { NetworkKeeper } from './network-loop.ts';
import type { NetworkTrainer } from './network-trainer.ts';
import type { OutcomeWatch } from './outcomes.ts';
import type { PoolBook } from './pool-book.ts';
import type { QueryStore } from './query-store.ts';
import type { ReceivedWatch } from './received-watch.ts';
import type { RemoteWrites } from './remote-writes.ts';
import type { Rules } from './rules.ts';
import type { SelfMetrics } from './self-metrics.ts';
import type { SignalBook } from './signal-book.ts';
import type { SignalWriter } from './signal-writer.ts';
import type { Silencing } from './silencing.ts';

/** Everything that is known, in one place: what the loops read and write, and the views show. */
export interface Fleet {
  readonly clock: Clock;
  /** Milliseconds, for measuring only. */
  readonly stopwatch: () => number;
  /** Settles in the next turn of the event loop; left out where time is made up (simulations), for there nothing waits. */
  readonly nextTurn: (() => Promise<void>) | undefined;
  /** For work in the background that takes long: lets what waits have its turn, and others in the background theirs. */
  readonly breathe: (() => Promise<void>) | undefined;
  readonly log: Log;
  readonly version: string;
  readonly config: JaegisConfig;
  readonly options: ServerOptions;
  readonly startedAt: number;
  /** Of this machine, to know which agents run on it. */
  readonly hostName: string;
  /** Runtime and operating system, in words. */
  readonly platform: string;
  readonly nextId: (prefix: string, now: number) => string;

  readonly store: MetricsStore;
  readonly exemplars: ExemplarStore;
  readonly metricMetadata: MetadataBook;
  readonly metadata: PatientMetadata;
  readonly telemetryLog: TelemetryLog | undefined;
  readonly events: EventStream;
  readonly counters: IngestCounters;
  readonly selfMetrics: SelfMetrics;

  readonly registry: Registry;
  readonly topology: TopologyBuilder;
  readonly red: RedWindow;
  readonly pools: PoolBook;

  readonly writer: SignalWriter;
  readonly signals: SignalBook;
  readonly detection: Detection;
  /** What comes in from outside, watched sample by sample. */
  readonly received: ReceivedWatch;
  readonly behavior: Behavior;
  readonly health: Map<string, HealthState>;
  readonly trust: Map<string, ForecastTrust>;
  readonly forecaster: ForecastEngine;
  /** Left out in simulations: no network competes there. */
  readonly networkTrainer: NetworkTrainer | undefined;
  readonly network: NetworkKeeper;
  readonly exhaustion: ExhaustionWatch;
  /** Whether warnings before a problem came true, and how long before. */
  readonly alarmOutcomes: AlarmOutcomes;
  readonly anomalyOutcomes: AnomalyOutcomes;
  /** What people said of alarms, as thresholds. */
  readonly alarmTuning: AlarmTuning;

  /** Agents that were lost since alerting last looked: one that is back already was lost all the same. */
  readonly lostLately: Map<string, Agent>;
  readonly alerts: AlertEngine;
  readonly incidents: IncidentEngine;
  readonly rules: Rules;
  /** Alerts of others, who have us for their Alertmanager. */
  readonly posted: PostedAlerts;
  /** What people do not want to be told for a while. */
  readonly silencing: Silencing;
  /** Where the configuration names a store that answers queries. */
  readonly queryStore: QueryStore | undefined;
  readonly keptSamples: (() => number) | undefined;
  /** Where the configuration names destinations. */
  readonly remoteWrites: RemoteWrites | undefined;
  readonly outcomes: OutcomeWatch;
  readonly receivers: readonly Receiver[];
  readonly alertSinks: readonly AlertSink[];

  /** Milliseconds from the arrival of telemetry to the moment a query sees it. */
  readonly visibleMs: QuantileSketch;
  /** This process itself; measured by the server, unknown in simulations. */
  selfUsage:
    | { readonly memoryBytes: number; readonly cpuUtilization: number; readonly eventLoopDelayMsP99: number }
    | undefined;
  /** Newest sample of this machine and of the fleet's processes. */
  host: HostSample | undefined;

  /** Something that belongs on the timeline of a pool's incidents: a decision, a restart, a change of mode. */
  addFact(fact: TimelineFact): void;
  /** What was added since the last call. */
  takeFacts(): readonly TimelineFact[];
}

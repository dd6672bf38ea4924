import type { AlertEngine, IncidentEngine } from '@jaegis/alerting';
import type { ForecastTrust, LeakVerdict, LeakWatch } from '@jaegis/analytics';
import type { HostSample, IngestCounters } from '@jaegis/ingest';
import type { JaegisConfig, ServerOptions } from '@jaegis/model';
import type { Receiver } from '@jaegis/receivers';
import type { Registry } from '@jaegis/registry';
import type { Clock } from '@jaegis/std';
import type { MetadataStore, TelemetryLog } from '@jaegis/store';
import type { RedWindow, TopologyBuilder } from '@jaegis/topology';
import type { MetricsStore } from '@jaegis/tsdb';
import type { Detection } from './detection.ts';
import type { EventStream } from './event-stream.ts';
import type { Log } from './log.ts';
import type { OutcomeWatch } from './outcomes.ts';
import type { PoolBook } from './pool-book.ts';
import type { SelfMetrics } from './self-metrics.ts';
import type { SignalBook } from './signal-book.ts';
import type { SignalWriter } from './signal-writer.ts';

/** Everything that is known, in one place: what the loops read and write, and the views show. */
export interface Fleet {
  readonly clock: Clock;
  /** Milliseconds, for measuring only. */
  readonly stopwatch: () => number;
  readonly log: Log;
  readonly version: string;
  readonly config: JaegisConfig;
  readonly options: ServerOptions;
  readonly startedAt: number;
  /** Of this machine, to know which agents run on it. */
  readonly hostName: string;
  readonly nextId: (prefix: string, now: number) => string;

  readonly store: MetricsStore;
  readonly metadata: MetadataStore;
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
  readonly leaks: Map<string, { readonly watch: LeakWatch; verdict: LeakVerdict }>;
  readonly trust: Map<string, ForecastTrust>;

  readonly alerts: AlertEngine;
  readonly incidents: IncidentEngine;
  readonly outcomes: OutcomeWatch;
  readonly receivers: readonly Receiver[];

  /** Newest sample of this machine and of the fleet's processes. */
  host: HostSample | undefined;
}

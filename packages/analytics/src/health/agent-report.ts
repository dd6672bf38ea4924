import type {
  Agent,
  AgentBehavior,
  AgentDecline,
  AgentReport,
  Anomaly,
  Link,
  SignalName,
  Signals,
} from '@jaegis/model';
import { summarizeErrors } from './error-classes.ts';
import type { RecoveryState } from './recovery.ts';
import { freshValue } from './signals.ts';
import { trendOf } from './trend.ts';

export interface AgentReportInput {
  readonly agent: Agent;
  readonly signals: Signals;
  /** The same signals an hour ago, or as far back as is known. */
  readonly before?: Signals | undefined;
  readonly errors?: readonly { readonly name: string; readonly count: number }[] | undefined;
  readonly recovery?: RecoveryState | undefined;
  readonly behavior?: AgentBehavior | undefined;
  readonly decline?: AgentDecline | null | undefined;
  readonly anomalies?: readonly Anomaly[] | undefined;
  readonly links?: readonly Link[] | undefined;
  readonly recommendations?: readonly string[] | undefined;
  readonly process?: AgentReport['process'] | undefined;
}

/** Two missed default heartbeats and some slack: older figures are history, not the present. */
const maxAgeMs = 75_000;

/** Everything worth knowing of one agent. Figures that are old or unknown are `null`. */
export function agentReport(input: AgentReportInput, now: number): AgentReport {
  const value = (name: SignalName) => freshValue(input.signals, name, { now, maxAgeMs });
  const errorRate = value('error_rate');
  const recoveryMs = input.recovery?.lastMs ?? null;
  return {
    ...input.agent,
    responseTime: {
      mean: value('latency_mean'),
      p50: value('latency_p50'),
      p95: value('latency_p95'),
      p99: value('latency_p99'),
      trend: trendOf(value('latency_p95'), input.before?.latency_p95?.value ?? null, 0.005),
    },
    work: {
      throughput: value('throughput'),
      successRate: value('success_rate') ?? (errorRate === null ? null : 1 - errorRate),
      queueLength: value('queue_length'),
      progressRate: value('progress_rate'),
      tokensRate: value('tokens_rate'),
    },
    errors: {
      rate: errorRate,
      classes: summarizeErrors(input.errors ?? []),
      recoveryTime: recoveryMs === null ? value('recovery_time') : recoveryMs / 1_000,
    },
    resources: {
      cpu: value('cpu_utilization'),
      memoryBytes: value('memory_bytes'),
      memoryUtilization: value('memory_utilization'),
      networkBytes: value('network_bytes'),
    },
    ...(input.behavior !== undefined && { behavior: input.behavior }),
    decline: input.decline ?? null,
    anomalies: input.anomalies ?? [],
    links: input.links ?? [],
    recommendations: input.recommendations ?? [],
    process: input.process ?? null,
  };
}

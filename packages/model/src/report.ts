import type { Agent, HealthPart } from './agent.ts';
import type { AgentBehavior } from './agent-behavior.ts';
import type { Alert } from './alert.ts';
import type { Anomaly } from './anomaly.ts';
import type { Forecast } from './forecast.ts';
import type { Incident } from './incident.ts';
import type { SignalName } from './signal.ts';
import type { Link } from './topology.ts';

export interface Trend {
  readonly now: number | null;
  /** The same quantity one hour ago, or as far back as is known. */
  readonly before: number | null;
  readonly direction: 'rising' | 'falling' | 'steady' | 'unknown';
}

/** A signal of an agent on its way to where it hurts, without more load: when it gets there at the usual, fast and slow pace. */
export interface AgentDecline {
  readonly signal: SignalName;
  readonly value: number;
  readonly limit: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly earliest: number;
  readonly latest: number;
  readonly reason: string;
}

/** GET /api/fleet/agents/{id}: everything worth knowing of one agent. Times in seconds, rates per second, ratios 0..1. */
export interface AgentReport extends Agent {
  readonly responseTime: {
    readonly mean: number | null;
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
    readonly trend: Trend;
  };
  readonly work: {
    readonly throughput: number | null;
    readonly successRate: number | null;
    readonly queueLength: number | null;
    readonly progressRate: number | null;
    readonly tokensRate: number | null;
  };
  readonly errors: {
    readonly rate: number | null;
    readonly classes: readonly { readonly name: string; readonly count: number; readonly severity: 'low' | 'high' }[];
    readonly recoveryTime: number | null;
  };
  readonly resources: {
    readonly cpu: number | null;
    readonly memoryBytes: number | null;
    readonly memoryUtilization: number | null;
    readonly networkBytes: number | null;
  };
  /** Against its own past and its peers; absent for an agent that is not followed. */
  readonly behavior?: AgentBehavior | undefined;
  /** `null` while nothing gets worse by itself. */
  readonly decline: AgentDecline | null;
  readonly anomalies: readonly Anomaly[];
  readonly links: readonly Link[];
  readonly recommendations: readonly string[];
  /** The supervised process behind it, where there is one. */
  readonly process: {
    readonly pid: number;
    readonly startedAt: number;
    readonly restarts: number;
    readonly state: string;
  } | null;
}

export type FleetState = 'healthy' | 'degraded' | 'unhealthy' | 'empty';

/** GET /api/fleet/health: the fleet report (contracts.md, shapes). */
export interface FleetReport {
  readonly generatedAt: number;
  /** When the oldest sample that is kept was taken; `null` when there is none yet. */
  readonly historySince: number | null;
  /** 0..100. */
  readonly score: number;
  readonly state: FleetState;
  readonly parts: Readonly<Record<string, HealthPart>>;
  readonly agents: { readonly live: number; readonly suspect: number; readonly lost: number; readonly stopped: number };
  readonly anomalies: readonly Anomaly[];
  readonly forecasts: readonly Forecast[];
  readonly alerts: readonly Alert[];
  readonly incidents: readonly Incident[];
  readonly coverage: { readonly expected: number; readonly received: number; readonly missing: readonly string[] };
  readonly recommendations: readonly string[];
}

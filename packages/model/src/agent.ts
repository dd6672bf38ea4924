import type { Labels } from './labels.ts';

/** Is it there? Derived from heartbeats and telemetry, never from an open socket. */
export type Connectivity = 'live' | 'suspect' | 'lost' | 'stopped';
/** Is it well? A second axis: a live agent can be unhealthy, and a lost one was perhaps healthy to the end. */
export type Health = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** One named share of a health score. `score` is 0..100; the reason says what was seen and what was expected. */
export interface HealthPart {
  readonly score: number;
  readonly reason: string;
}

/** What an agent says of itself in a heartbeat. */
export type AgentStatus = 'ok' | 'busy' | 'draining' | 'error';

/** One running instance, as the API shows it (contracts.md, shapes). */
export interface Agent {
  readonly instanceId: string;
  readonly pool: string;
  readonly connectivity: Connectivity;
  readonly health: Health;
  /** 0..100. */
  readonly score: number;
  readonly parts: Readonly<Record<string, HealthPart>>;
  readonly reasons: readonly string[];
  /** Epoch milliseconds. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly version: string;
  /** Resource attributes: `process.pid`, `host.name`, `cloud.region`, ... */
  readonly labels: Labels;
  readonly status: AgentStatus;
  /** How often this agent is expected to beat. */
  readonly heartbeatIntervalMs: number;
  /** The newest heartbeats (newest last), for the heartbeat bar: when, and what it said. At most 30. */
  readonly beats: readonly Beat[];
  /** When connectivity last changed, and the sentence that says why. */
  readonly connectivitySince: number;
  readonly connectivityReason: string;
}

export interface Beat {
  readonly at: number;
  readonly status: AgentStatus | 'missed';
}

/** A command that an agent is given in the answer to its next heartbeat. */
export type AgentCommandKind = 'drain' | 'restart' | 'pause' | 'resume' | 'kill';

export interface AgentCommand {
  readonly id: string;
  readonly kind: AgentCommandKind;
  readonly at: number;
  readonly reason: string;
}

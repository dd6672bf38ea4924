import type { Connectivity, Health } from './agent.ts';

/**
 * One row of the agents table: small enough that 10,000 of them are one answer (`GET /api/fleet/agents?view=summary`;
 * with `since=` only those that changed). Signals in base units, `null` where not known.
 */
export interface AgentSummary {
  readonly instanceId: string;
  readonly pool: string;
  readonly connectivity: Connectivity;
  readonly health: Health;
  readonly score: number;
  /** The first reason, or empty. */
  readonly reason: string;
  readonly lastSeen: number;
  readonly version: string;
  readonly region: string;
  /** The last 30 beats, oldest first, a letter each: `o` ok, `b` busy, `d` draining, `e` error, `m` missed. */
  readonly beats: string;
  readonly latencyP95: number | null;
  readonly rate: number | null;
  readonly errorRate: number | null;
  readonly queueLength: number | null;
  readonly cpu: number | null;
  readonly memoryBytes: number | null;
  readonly tokensRate: number | null;
  readonly costRate: number | null;
}

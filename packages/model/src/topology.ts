import type { Health } from './agent.ts';

/** How a link was seen. */
export type LinkKind = 'http' | 'grpc' | 'messaging' | 'database' | 'declared' | 'internal';

/** A directed connection; `source` calls (or sends to) `target`. Rates are per second, durations in seconds. */
export interface Link {
  readonly source: string;
  readonly target: string;
  readonly kind: LinkKind;
  readonly rate: number;
  readonly errorRate: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly lastSeen: number;
}

export interface TopologyNode {
  readonly id: string;
  /** `virtual`: a peer that calls or is called, but sends no telemetry of its own. */
  readonly kind: 'pool' | 'agent' | 'virtual';
  readonly pool: string | null;
  readonly health: Health;
  readonly agents: number;
}

export interface Topology {
  readonly at: number;
  readonly nodes: readonly TopologyNode[];
  readonly links: readonly Link[];
  /** What was left out by the filters; nothing is ever dropped silently. */
  readonly hidden: { readonly nodes: number; readonly links: number };
}

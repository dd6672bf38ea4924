import type { Agent } from './agent.ts';
import type { Alert } from './alert.ts';
import type { Anomaly } from './anomaly.ts';
import type { Decision } from './decision.ts';
import type { Incident } from './incident.ts';

/** What goes over `/api/fleet/events`; `seq` only grows, over restarts too. */
export type FleetEvent =
  | { readonly event: 'agent'; readonly seq: number; readonly data: Agent }
  | { readonly event: 'anomaly'; readonly seq: number; readonly data: Anomaly }
  | { readonly event: 'alert'; readonly seq: number; readonly data: Alert }
  | { readonly event: 'incident'; readonly seq: number; readonly data: Incident }
  | { readonly event: 'decision'; readonly seq: number; readonly data: Decision }
  | { readonly event: 'sample-batch'; readonly seq: number; readonly data: SampleBatchEvent };

/** The newest signal values of a tick: enough for live charts without asking. */
export interface SampleBatchEvent {
  readonly at: number;
  readonly pools: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  readonly agentsChanged: number;
}

/** A page of a list (contracts.md). */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly next: string | null;
}

import type { DecisionReason } from '@jaegis/model';
import type { Capacity } from '../capacity/capacity.ts';
import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import type { ScalingState, SmoothState } from '../scaling-state.ts';
import type { PoolSnapshot } from '../snapshot.ts';
import type { WorkerRehearsal } from '../workers/worker-rehearsal.ts';

/** How many replicas one source asks for, before rounding; with why, as a clause that can follow "keeps 4: ". */
export interface Need {
  readonly source: string;
  readonly kind: 'demand' | 'utilization' | 'work' | 'guard' | 'backlog' | 'probe' | 'rehearsed';
  readonly replicas: number;
  /** Share by which the load is expected to grow until new replicas serve. */
  readonly growth: number;
  /** Too much waits for a difference to be tolerated. */
  readonly isUrgent?: boolean;
  /** Two measurements agree on it: no rate has to stop a metric gone mad. */
  readonly isProven?: boolean;
  readonly why: string;
}

/** A signal that should be there and is not usable. */
export interface Loss {
  readonly signal: string;
  readonly reason: Extract<DecisionReason, 'NoData' | 'StaleData' | 'InvalidData'>;
  readonly message: string;
}

/** What every source reads: the snapshot, and what follows from it and the state. */
export interface NeedContext {
  readonly snapshot: PoolSnapshot;
  readonly state: ScalingState;
  readonly now: number;
  /** Replicas that were ordered: what a new order is counted against. */
  readonly current: number;
  readonly capacity: Capacity | null;
  readonly startupMs: number;
  /** The candidates at work; `null` where there is nothing to rehearse. Told of each measured demand in place. */
  readonly rehearsal: Rehearsal | null;
  /** The same for workers on a queue of jobs. */
  readonly workers: WorkerRehearsal | null;
  /** The filters, updated in place while the needs are read. */
  readonly smooth: Record<string, SmoothState>;
}

/**
 * Replicas that the newest utilization speaks of. For a while after a change the measuring window still shows the
 * old number of replicas; the smaller of the two cannot make a decision order the same thing twice.
 */
export function measuredReady(context: NeedContext, settleMs: number): number {
  const { ready } = context.state;
  const isSettling = context.now - ready.since < settleMs && ready.before > 0;
  return isSettling ? Math.min(ready.before, context.snapshot.replicas.ready) : context.snapshot.replicas.ready;
}

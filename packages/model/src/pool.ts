import type { Decision, Workload } from './decision.ts';
import type { ReplicaSize } from './replica-size.ts';
import type { Signals } from './signal.ts';
import type { PoolEffect } from './tuning.ts';

/** `paused-in` never gives back, `paused-out` never adds: KEDA's paused-scale-in and paused-scale-out. */
export const poolModes = ['auto', 'recommend', 'paused', 'paused-in', 'paused-out'] as const;
export type PoolMode = (typeof poolModes)[number];

/** Whether decisions of this mode are carried out, in at least one direction. */
export function isActing(mode: PoolMode): boolean {
  return mode !== 'recommend' && mode !== 'paused';
}

/** Replica counts of a pool. `currentReplicas` in the words of the HPA, split by what they can do. */
export interface ReplicaCounts {
  /** Serving. */
  readonly ready: number;
  /** Ordered or starting, not yet serving. */
  readonly pending: number;
  /** On the way out: finishing what they have, taking nothing new. */
  readonly draining: number;
}

export interface SizeRange {
  readonly lower: number;
  readonly target: number;
  readonly upper: number;
}

/** How large one replica should be, from what the pool's replicas used. */
export interface SizeRecommendation {
  readonly verdict: 'fits' | 'too_small' | 'too_large' | 'not_known';
  readonly reason: string;
  /** Cores; `null` while not known. */
  readonly cpu: SizeRange | null;
  /** Bytes; `null` while not known. */
  readonly memory: SizeRange | null;
  readonly current: ReplicaSize;
}

/** Whether replicas are resized and held to their size; with the reason where they are not. */
export interface Vertical {
  readonly mode: 'auto' | 'recommend' | 'off';
  readonly isEnforced: boolean;
  readonly reason: string;
}

/** One region of a pool: what runs there, what is to run there, and why. */
export interface PoolRegion {
  readonly name: string;
  readonly replicas: number;
  readonly desired: number;
  readonly reason: string;
}

/** What a pool's policy comes to. */
export interface PoolPolicy {
  /** A preset, or `weighted`. */
  readonly name: string;
  /** How much of a replica's capacity is meant to be used, 0..1. */
  readonly utilization: number;
  /** Which quantile of forecast demand is provided for, 0..1. */
  readonly quantile: number;
  /** Share of requests that may wait longer than tolerated, 0..1. */
  readonly lateShare: number;
}

/** What one replica serves, and how long it takes until it does. */
export interface PoolCapacity {
  /** Requests per second at full use; `null` while not known. */
  readonly perReplica: number | null;
  readonly source: 'configured' | 'learned' | 'utilization' | null;
  /** What an order is assumed to take until it works at full pace, milliseconds. */
  readonly startupMs: number;
  /** From order to ready, of the last starts (32 at most), milliseconds. */
  readonly starts: { readonly seen: number; readonly medianMs: number; readonly slowestMs: number } | null;
  /** What a new replica loses while it warms up, as milliseconds of full work; part of `startupMs`. */
  readonly warmUpMs: number;
  /** All of it in words. */
  readonly reason: string;
}

/** A pool, as the API shows it (contracts.md, shapes). A pool without a target is only watched. */
export interface Pool {
  readonly name: string;
  readonly currentReplicas: ReplicaCounts;
  readonly desiredReplicas: number | null;
  readonly minReplicas: number | null;
  readonly maxReplicas: number | null;
  readonly mode: PoolMode;
  readonly target: string | null;
  readonly signals: Signals;
  readonly lastDecision: Decision | null;
  readonly size: SizeRecommendation;
  readonly vertical: Vertical | null;
  /** Where its replicas run and may run; empty where no regions are configured. */
  readonly regions: readonly PoolRegion[];
  /** What always holds, whatever the load, in words. */
  readonly constraints: readonly string[];
  /** By what it is scaled; `null` for a pool that is only watched. */
  readonly policy: PoolPolicy | null;
  /** How its load behaves, and why that is said; `null` while not known. */
  readonly workload: Workload | null;
  /** By what it is sized, given its kind of load and what is known of it; `null` for a pool that is only watched. */
  readonly treatment: string | null;
  /** Configured dollars; `null` where no price is. */
  readonly costPerReplicaHour: number | null;
  /** What one replica serves; `null` for a pool that is only watched. */
  readonly capacity: PoolCapacity | null;
  /** How well it is scaled; `null` for a pool without a target. */
  readonly effect: PoolEffect | null;
  /** Worst first, in words. */
  readonly reasons: readonly string[];
  readonly score: number;
  readonly agents: { readonly live: number; readonly suspect: number; readonly lost: number; readonly stopped: number };
}

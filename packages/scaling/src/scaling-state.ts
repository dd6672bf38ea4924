import { type GainState, noGainState } from './capacity/gain.ts';
import type { StartUps } from './capacity/start-ups.ts';
import { emptyCurve, type UtilizationCurve } from './capacity/utilization-curve.ts';
import { initialWarmUp, type WarmUp } from './capacity/warm-up.ts';
import { type EffectState, initialEffect } from './effect/effect-state.ts';
import type { KeptRehearsal, Rehearsal } from './rehearsal/rehearsal.ts';
import type { KeptWorkers, WorkerRehearsal } from './workers/worker-rehearsal.ts';
import { initialWorkload, type WorkloadState } from './workload.ts';

/** What the filter of one load knows: see reactive/smooth.ts. */
export interface SmoothState {
  readonly mean: number;
  /** Mean absolute surprise, in the load's own unit. */
  readonly noise: number;
  /** Change of the mean per second. */
  readonly slope: number;
  readonly at: number;
  /** Consecutive surprises that have not been believed yet: positive upward, negative downward. */
  readonly surprises: number;
}

export interface Change {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** A point of a monotonic queue: see limits/stabilize.ts. */
export interface WindowPoint {
  readonly at: number;
  readonly desired: number;
}

export interface CapacityState {
  /** Requests per second that one replica serves; `null` until seen. */
  readonly perReplica: number | null;
  /** Saturated observations behind it. */
  readonly samples: number;
  /** Those of them in which the work was counted where it was done, not concluded from rates and the queue. */
  readonly counted: number;
  /** Since when the pool has been saturated without a break; `null` when it is not. */
  readonly saturatedSince: number | null;
  /** What utilization suggests, where the pool was never saturated. */
  readonly byUtilization: number | null;
  readonly curve: UtilizationCurve;
  /** Means of work done and of the share in use, each of one replica, where replicas say the latter themselves. */
  readonly use: { readonly done: number; readonly busy: number; readonly looks: number };
  /** What an order is assumed to take, milliseconds. */
  readonly startupMs: number | null;
  readonly startUps: StartUps;
  readonly warmUp: WarmUp;
  readonly gain: GainState;
}

/** A stretch with one number of ready replicas, and how the queue moved in it. */
export interface QueueSegment {
  readonly ready: number;
  readonly fromAt: number;
  readonly fromQueue: number;
  readonly toAt: number;
  readonly toQueue: number;
}

/** Everything that `decide` remembers of a pool. Plain JSON: written after each decision, read after a restart. */
export interface ScalingState {
  readonly version: 1;
  /** When it last decided; 0 before the first time. */
  readonly at: number;
  /** What it last asked the target for; `null` before the first time and while another hand steers. */
  readonly desired: number | null;
  readonly changes: readonly Change[];
  /** Recommendations that the stabilization of each direction still has to remember. */
  readonly highest: readonly WindowPoint[];
  readonly lowest: readonly WindowPoint[];
  readonly smooth: Readonly<Record<string, SmoothState>>;
  readonly integral: number;
  /** Changes of direction, fading with a half-life of 15 minutes. */
  readonly reversals: number;
  /** The number of ready replicas, since when, and what it was before. */
  readonly ready: { readonly count: number; readonly since: number; readonly before: number };
  /** Since when replicas are on the way without one becoming ready; `null` while none are. */
  readonly waitingSince: number | null;
  /** Signals that were seen at least once: their absence is a loss, not a pool without them. */
  readonly seen: readonly string[];
  readonly capacity: CapacityState;
  readonly queue: readonly QueueSegment[];
  /** When the request rate was last seen to be of what is served; 0 = never. */
  readonly servedRateAt: number;
  /** When it was last seen to be of what arrives. */
  readonly doorRateAt: number;
  /** How the load behaves, see workload.ts. */
  readonly workload: WorkloadState;
  /** How well it is scaled, and what was tuned for it, see effect/. */
  readonly effect: EffectState;
  /** When the size of its replicas was last changed. */
  readonly resizedAt: number;
  /** Orders that were refused or came to nothing, in a row, and when the target may be asked again. */
  readonly refusals: { readonly count: number; readonly retryAt: number };
  /** Since when the target has had another number than was ordered; `null` when it has that number. */
  readonly mismatchSince: number | null;
  /** The target has had what was last ordered: a difference since then is another hand's. */
  readonly wasFulfilled: boolean;
  /** When another hand changed the number, at most twenty. */
  readonly otherHands: readonly number[];
  /**
   * The candidate policies at work on this pool's load; the kept form after a restart. The one part that is written in
   * place: the same state given twice for the same time gives the same decision, but an older one goes on with it.
   */
  readonly rehearsal: Rehearsal | KeptRehearsal | null;
  /** The same for workers on a queue of jobs. */
  readonly workers: WorkerRehearsal | KeptWorkers | null;
}

/** The state of a pool about which nothing is known yet. */
export function initialScalingState(): ScalingState {
  return {
    version: 1,
    at: 0,
    desired: null,
    changes: [],
    highest: [],
    lowest: [],
    smooth: {},
    integral: 0,
    reversals: 0,
    ready: { count: 0, since: 0, before: 0 },
    waitingSince: null,
    seen: [],
    capacity: {
      perReplica: null,
      samples: 0,
      counted: 0,
      saturatedSince: null,
      byUtilization: null,
      curve: emptyCurve(),
      use: { done: 0, busy: 0, looks: 0 },
      startupMs: null,
      startUps: [],
      warmUp: initialWarmUp(),
      gain: noGainState,
    },
    queue: [],
    servedRateAt: 0,
    doorRateAt: 0,
    workload: initialWorkload(),
    effect: initialEffect(),
    resizedAt: 0,
    refusals: { count: 0, retryAt: 0 },
    mismatchSince: null,
    wasFulfilled: false,
    otherHands: [],
    rehearsal: null,
    workers: null,
  };
}

/** Reads a state written before a restart; anything that is not one gives a fresh state. */
export function restoreScalingState(value: unknown): ScalingState {
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1) {
    return initialScalingState();
  }
  const fresh = initialScalingState();
  const kept = value as Partial<ScalingState>;
  return {
    ...fresh,
    ...kept,
    capacity: { ...fresh.capacity, ...kept.capacity },
    workload: { ...fresh.workload, ...kept.workload },
    effect: { ...fresh.effect, ...kept.effect },
  };
}

import type { ReplicaSize } from './replica-size.ts';

/** Where a recommendation comes from. */
export type RecommendationSource = 'reactive' | 'predictive' | 'bounds' | 'schedule' | 'hold' | 'backlog' | 'rehearsed';

/** Why a decision or a limit came out as it did. The same word in logs, labels, API, dashboard and tests. */
export type DecisionReason =
  | 'Steady'
  | 'ScaledUp'
  | 'ScaledDown'
  | 'BelowMinimum'
  | 'AboveMaximum'
  | 'NoData'
  | 'StaleData'
  | 'InvalidData'
  | 'WithinTolerance'
  | 'ScaleUpStabilized'
  | 'ScaleDownStabilized'
  | 'ScaleUpLimited'
  | 'ScaleDownLimited'
  | 'ClampedToMinimum'
  | 'ClampedToMaximum'
  | 'BudgetExceeded'
  | 'ScheduledMinimum'
  | 'CapacityOnTheWay'
  | 'ForecastFloor'
  | 'Paused'
  | 'RecommendOnly'
  | 'TargetUnavailable'
  | 'OtherHand'
  | 'BelowActivation'
  | 'AboveActivation'
  | 'ScaleInPaused'
  | 'ScaleOutPaused'
  | 'SpareForLoss'
  | 'ZoneLossCovered'
  | 'MinimumRedundancy'
  | 'QuotaExceeded'
  | 'StepLimited'
  | 'Resized'
  | 'RegionsFull'
  | 'Moved';

/** What one policy wants, and why. */
export interface Recommendation {
  readonly source: RecommendationSource;
  readonly desired: number;
  readonly reason: string;
}

/** One step of redundancy → stabilize → limit → clamp → budget → quota → step that changed the number. */
export interface LimitStep {
  readonly step: 'redundancy' | 'stabilize' | 'limit' | 'clamp' | 'budget' | 'quota' | 'step' | 'mode';
  readonly from: number;
  readonly to: number;
  readonly reason: DecisionReason;
  readonly message: string;
}

export interface RegionShare {
  readonly name: string;
  readonly replicas: number;
  /** How many ran there when it was decided. */
  readonly was: number;
  readonly reason: string;
}

/** Where the replicas are to run, best region first. */
export interface DecisionPlacement {
  readonly regions: readonly RegionShare[];
  /** Regions that the rules leave out, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string; readonly was: number }[];
  /** `null` where a price is not known. */
  readonly costPerHour: number | null;
  /** Mean over the replicas; `null` without any. */
  readonly latencyMs: number | null;
}

export type SizeReason = 'OutOfMemory' | 'Saturated' | 'Degraded' | 'TooSmall' | 'TooLarge';

/** What is decided of the size of one replica, beside their number. */
export interface DecisionSize {
  readonly from: ReplicaSize;
  readonly to: ReplicaSize;
  readonly reason: SizeReason;
  readonly message: string;
  /** What the target made of it; `null` where it was only recommended. */
  readonly carriedOut: { readonly resized: number; readonly problem: string } | null;
}

export interface PredictedImpact {
  /** Saturation expected once the new replicas serve; `null` when capacity is not known. */
  readonly saturation: number | null;
  /** Replicas times their price, per hour; `null` without a price. */
  readonly costPerHour: number | null;
  readonly costChangePerHour: number | null;
  /** When the effect should be visible, epoch milliseconds. */
  readonly effectiveAt: number;
}

export type ActionState = 'none' | 'ordered' | 'ready' | 'failed' | 'superseded';

/** Doing it: what the target reported back. */
export interface Action {
  readonly state: ActionState;
  readonly orderedAt: number | null;
  readonly readyAt: number | null;
  readonly message: string;
}

/** What the action did, judged when its effect should be visible. */
export interface Outcome {
  readonly at: number;
  readonly saturation: number | null;
  readonly readyReplicas: number;
  /** Milliseconds from order to ready; `null` when it never was, or nothing was added. */
  readonly tookMs: number | null;
  /** What all that runs costs then; `null` without a price. */
  readonly costPerHour?: number | null;
  readonly verdict: 'as_predicted' | 'slower' | 'failed' | 'overtaken' | 'unknown';
  readonly message: string;
}

/** What went into a decision, kept so that anyone can see it afterwards (all numbers, no references). */
export interface DecisionInputs {
  readonly signals: Readonly<Record<string, { readonly value: number | null; readonly ageMs: number }>>;
  readonly replicas: { readonly ready: number; readonly pending: number; readonly draining: number };
  readonly capacityPerReplica: number | null;
  readonly startupMs: number;
}

/** What we will do with a pool, and why (contracts.md, shapes). */
export interface Decision {
  readonly id: string;
  readonly pool: string;
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly reason: DecisionReason;
  readonly message: string;
  readonly inputs: DecisionInputs;
  readonly recommendations: readonly Recommendation[];
  readonly limits: readonly LimitStep[];
  /** The forecast that the predictive floor used: demand at the quantile in use and at the median, with its reach. */
  readonly forecast: DecisionForecast | null;
  /** What the optimizer chose from; `null` where nothing was rehearsed (no demand, no capacity, the first hour). */
  readonly plan?: DecisionPlan | null;
  /** Where the replicas are to run; `null` where no regions are configured. */
  readonly placement?: DecisionPlacement | null;
  /** The other size that one replica is to have; `null` where it stays. */
  readonly size?: DecisionSize | null;
  /** How the load behaved at that time; `null` while not known. */
  readonly workload?: Workload | null;
  readonly predicted: PredictedImpact;
  readonly action: Action;
  readonly outcome: Outcome | null;
}

export interface DecisionForecast {
  readonly signal: string;
  readonly model: string;
  readonly quantile: number;
  readonly peak: number;
  readonly median: number;
  readonly horizonMs: number;
  readonly trust: number;
}

/** How a load behaves, as far as it was seen. */
export type WorkloadClass = 'steady' | 'periodic' | 'bursty' | 'batch';

export interface Workload {
  readonly class: WorkloadClass;
  /** The measurements that say so. */
  readonly reason: string;
}

/** One policy that was rehearsed on the pool's own load, with what it came to there. */
export interface PlanOption {
  readonly name: string;
  /** Mean replicas, starting ones included. */
  readonly replicas: number;
  /** Share of requests that waited too long, 0..1. */
  readonly lateShare: number;
  /** Share of time with less capacity than demand, 0..1. */
  readonly shortShare: number;
  /** Work done over work paid for, 0..1. */
  readonly efficiency: number;
}

/** The Pareto front of the rehearsed policies: none of them is beaten by another in cost and lateness at once. */
export interface DecisionPlan {
  readonly workload: WorkloadClass;
  /** Its place in `front`. */
  readonly chosen: number;
  readonly front: readonly PlanOption[];
  /** The share of late requests that was allowed at that moment. */
  readonly allowedLateShare: number;
}

import { type PoolConfig, parseSchedule, type Schedule, type SignalName, signalNames } from '@jaegis/model';
import type { PlacementRules } from './placement/place.ts';
import { placementRules } from './placement/placement-config.ts';

export interface Objective {
  readonly signal: SignalName;
  /** In the signal's base unit. Rates and counts of work are per replica, a queue is the whole pool's. */
  readonly target: number;
  /** A pool at zero is started only above it; `null` = by anything. */
  readonly activation: number | null;
  /** Of a queue of jobs: how long 95 of 100 may wait, in milliseconds; `null` = as long as a queue of the target's length. */
  readonly waitMs: number | null;
}

/** One HPA scaling policy: at most `value` per cent or pods over `periodMs`. */
export interface RatePolicy {
  readonly type: 'Percent' | 'Pods';
  readonly value: number;
  readonly periodMs: number;
}

export interface ScalingRules {
  readonly stabilizationWindowMs: number;
  readonly policies: readonly RatePolicy[];
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  /** Of this direction; `null` = the pool's. */
  readonly tolerance: number | null;
}

/** What a policy's name stands for. */
export interface PolicySettings {
  readonly name: string;
  /** How much of a replica's capacity is meant to be used, 0..1. */
  readonly utilization: number;
  /** Which quantile of forecast demand is provided for, 0..1. */
  readonly quantile: number;
  /** Share of requests that may wait longer than tolerated, 0..1. */
  readonly lateShare: number;
  /** Replicas on top of what demand needs, for one that is lost. */
  readonly spare: number;
  /** How fast a backlog should be gone, where that costs little. */
  readonly drainMs: number;
}

/** What always holds, whatever the load. */
export interface Constraints {
  /** Fewest replicas while any run; 0 = none asked for. */
  readonly redundancy: number;
  /** Replicas that may be lost while the rest still serves what is measured. */
  readonly spare: number;
  /** Most replicas that one decision adds or gives back; `null` = any. */
  readonly maxStep: number | null;
  readonly zones: { readonly names: readonly string[]; readonly min: number; readonly survivesLoss: boolean } | null;
}

/** A pool's scaling configuration: plain, complete, all times in milliseconds. */
export interface ScalingConfig {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Requests per second that one replica serves; `null` = learn it. */
  readonly capacityPerReplica: number | null;
  /** From order to ready; `null` = learn it. */
  readonly startupMs: number | null;
  readonly objectives: readonly Objective[];
  readonly policy: PolicySettings;
  readonly predictive: 'forecast-and-scale' | 'forecast-only' | 'off';
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
  /** Nobody wrote a window for the way down: what rests on rehearsed demand may go earlier than the default. */
  readonly isDownWindowOurs: boolean;
  /** Nobody wrote policies for the way up: what rests on measured demand may go faster than the default. */
  readonly isUpRateOurs: boolean;
  readonly schedules: readonly Schedule[];
  readonly pricePerReplicaHour: number | null;
  readonly budgetPerHour: number | null;
  readonly budgetPerDay: number | null;
  readonly constraints: Constraints;
  /** Regions and their rules; `null` where none is named. */
  readonly placement: PlacementRules | null;
  /** A difference of less than this share of the replicas is left alone (HPA: 0.1). */
  readonly tolerance: number;
  /** How often signals and decisions are expected. */
  readonly intervalMs: number;
  /** How long a request may wait where no objective says less. */
  readonly waitMs: number;
  /** Older signals are stale: three intervals of 10 s, so that one lost report and jitter hold nothing up. */
  readonly staleAfterMs: number;
  /** What is wrong with the configuration, in words; such parts are left out. */
  readonly problems: readonly string[];
}

export const defaultScaleUp: ScalingRules = {
  stabilizationWindowMs: 0,
  policies: [
    { type: 'Percent', value: 100, periodMs: 15_000 },
    { type: 'Pods', value: 4, periodMs: 15_000 },
  ],
  selectPolicy: 'Max',
  tolerance: null,
};

/** Where nobody wrote a rate and measured demand asks: four times as many per 15 s still stops a metric gone mad. */
export const rehearsedScaleUp: ScalingRules = {
  stabilizationWindowMs: 0,
  policies: [
    { type: 'Percent', value: 300, periodMs: 15_000 },
    { type: 'Pods', value: 8, periodMs: 15_000 },
  ],
  selectPolicy: 'Max',
  tolerance: null,
};

/** And where a queue proves what a rate says: at one go. */
export const provenScaleUp: ScalingRules = { ...rehearsedScaleUp, policies: [] };

export const defaultScaleDown: ScalingRules = {
  stabilizationWindowMs: 300_000,
  policies: [{ type: 'Percent', value: 100, periodMs: 15_000 }],
  selectPolicy: 'Max',
  tolerance: null,
};

// The quantile rises with what too few replicas cost; the headroom (1 - utilization) with how much a wrong guess hurts.
const presets: Readonly<Record<string, PolicySettings>> = {
  cost: { name: 'cost', utilization: 0.9, quantile: 0.6, lateShare: 0.008, spare: 0, drainMs: 300_000 },
  balanced: { name: 'balanced', utilization: 0.8, quantile: 0.8, lateShare: 0.0045, spare: 0, drainMs: 120_000 },
  performance: { name: 'performance', utilization: 0.7, quantile: 0.9, lateShare: 0.001, spare: 0, drainMs: 60_000 },
  availability: {
    name: 'availability',
    utilization: 0.65,
    quantile: 0.95,
    lateShare: 0.0002,
    spare: 1,
    drainMs: 60_000,
  },
};

/** A preset by name, or the mean of the presets weighted by how much each objective matters. */
export function policySettings(policy: PoolConfig['policy']): PolicySettings {
  if (typeof policy === 'string') return presets[policy]!;
  // Efficiency asks for well-used replicas, as cost does, but not for late ones: it counts as balanced.
  const shares: [PolicySettings, number][] = [
    [presets['cost']!, policy.cost],
    [presets['performance']!, policy.performance],
    [presets['availability']!, policy.availability],
    [presets['balanced']!, policy.efficiency],
  ];
  const total = shares.reduce((sum, [, weight]) => sum + weight, 0);
  if (!(total > 0)) return presets['balanced']!;
  const mean = (pick: (p: PolicySettings) => number) => shares.reduce((sum, [p, w]) => sum + pick(p) * w, 0) / total;
  return {
    name: 'weighted',
    utilization: mean((p) => p.utilization),
    quantile: mean((p) => p.quantile),
    lateShare: Math.exp(mean((p) => Math.log(p.lateShare))),
    spare: Math.round(mean((p) => p.spare)),
    drainMs: mean((p) => p.drainMs),
  };
}

type RulesConfig = NonNullable<PoolConfig['behavior']['scaleUp']>;

function rules(config: RulesConfig | undefined, defaults: ScalingRules): ScalingRules {
  return {
    stabilizationWindowMs: config?.stabilizationWindow ?? defaults.stabilizationWindowMs,
    policies: config?.policies?.map((p) => ({ type: p.type, value: p.value, periodMs: p.period })) ?? defaults.policies,
    selectPolicy: config?.selectPolicy ?? defaults.selectPolicy,
    tolerance: config?.tolerance ?? defaults.tolerance,
  };
}

/** Money is counted at the dearest allowed region where nobody wrote a price for all. */
function dearest(placement: PlacementRules | null): number | null {
  const prices = placement?.regions.filter((region) => region.ruledOut === null).map((region) => region.price) ?? [];
  return prices.length === 0 || prices.includes(null) ? null : Math.max(...prices.map(Number));
}

function constraintsOf({ constraints }: PoolConfig): Constraints {
  const { zones } = constraints;
  return {
    redundancy: constraints.redundancy ?? 0,
    spare: constraints.spare ?? 0,
    maxStep: constraints.max_step ?? null,
    zones: zones === undefined ? null : { names: zones.names, min: zones.min ?? 0, survivesLoss: zones.survive_loss },
  };
}

/** From what a user wrote to what `decide` reads. Never throws: what cannot be used is listed in `problems`. */
export function scalingConfig(
  pool: PoolConfig,
  options: { intervalMs?: number; staleAfterMs?: number; waitMs?: number } = {},
): ScalingConfig {
  const { intervalMs = 5_000, staleAfterMs = Math.max(30_000, 3 * intervalMs), waitMs = 10_000 } = options;
  const problems: string[] = [];
  const schedules: Schedule[] = [];
  for (const written of pool.schedules) {
    const parsed = parseSchedule(written);
    if ('field' in parsed) problems.push(`Cannot use schedule: ${parsed.field} ${parsed.message}`);
    else schedules.push(parsed);
  }
  const objectives: Objective[] = [];
  for (const objective of pool.objectives) {
    const signal = signalNames.find((name) => name === objective.signal);
    if (signal === undefined)
      problems.push(`Cannot use objective: signal is "${objective.signal}", must be a known one`);
    else
      objectives.push({
        signal,
        target: objective.target,
        activation: objective.activation ?? null,
        waitMs: objective.wait ?? null,
      });
  }
  const placement = placementRules(pool);
  const { min, max } = pool.replicas;
  if (min > max) problems.push(`Cannot use replicas.min: is ${min}, must be <= replicas.max (${max}); ${max} is used`);
  return {
    minReplicas: Math.min(min, max),
    maxReplicas: max,
    capacityPerReplica: pool.capacity?.requests_per_second ?? null,
    startupMs: pool.startup ?? null,
    objectives,
    policy: policySettings(pool.policy),
    predictive: pool.predictive.mode,
    scaleUp: rules(pool.behavior.scaleUp, defaultScaleUp),
    scaleDown: rules(pool.behavior.scaleDown, defaultScaleDown),
    isDownWindowOurs: pool.behavior.scaleDown?.stabilizationWindow === undefined,
    isUpRateOurs: pool.behavior.scaleUp?.policies === undefined && pool.behavior.scaleUp?.selectPolicy !== 'Disabled',
    schedules,
    pricePerReplicaHour: pool.cost?.per_replica_hour ?? dearest(placement),
    budgetPerHour: pool.cost?.budget_per_hour ?? null,
    budgetPerDay: pool.cost?.budget_per_day ?? null,
    constraints: constraintsOf(pool),
    placement,
    tolerance: 0.1,
    intervalMs,
    waitMs,
    staleAfterMs,
    problems,
  };
}

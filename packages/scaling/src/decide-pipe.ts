import type { Decision, Forecast, PoolConfig } from '@jaegis/model';
import { followStarts, type StartTimes } from './capacity/follow-starts.ts';
import { learn } from './capacity/learn.ts';
import { type DayCost, followCost } from './day-cost.ts';
import { decide } from './decide.ts';
import type { QuotaShare } from './limits/quota.ts';
import { parseObservation } from './observation.ts';
import { type ScalingConfig, scalingConfig } from './scaling-config.ts';
import { initialScalingState, type ScalingState } from './scaling-state.ts';
import type { DecisionDraft } from './snapshot.ts';

/** What `jaegis decide` prints: contracts.md's form, and the rest of the decision. */
export interface PipeDecision {
  readonly now: number;
  /** Ready + pending. */
  readonly desired: number;
  readonly reason: Decision['reason'];
  readonly message: string;
  readonly forecast: DecisionDraft['forecast'];
  readonly recommendations: DecisionDraft['recommendations'];
  readonly limits: DecisionDraft['limits'];
  readonly plan: DecisionDraft['plan'];
  readonly workload: DecisionDraft['workload'];
  /** Where replicas are to run; `null` where the policy names no regions. */
  readonly placement: DecisionDraft['placement'];
  readonly predicted: DecisionDraft['predicted'];
}

/** Demand ahead, told the request rate of each observation; `null` as long as nothing can be said. */
export interface DemandAhead {
  observe(at: number, requestRate: number | null): Forecast | null;
}

/**
 * The brain on a pipe: one observation in, one decision out, state between them, time only from the input. The interval
 * is learned from the observations, and so are start times and today's cost where no line tells them; without `ahead` there are no
 * forecasts but the rehearsal's own. A line that cannot be read holds what it says is there, else the last decision.
 */
export function createDecider(
  pool: PoolConfig,
  ahead?: DemandAhead,
  quotas: readonly QuotaShare[] = [],
): (line: string) => PipeDecision {
  let config: ScalingConfig = scalingConfig(pool, { intervalMs: 10_000 });
  let state: ScalingState = initialScalingState();
  let lastAt = 0;
  let lastDesired = config.minReplicas;
  let starts: StartTimes | null = null;
  let areStartsTold = false;
  let cost: DayCost | null = null;
  return (line) => {
    const seen = parseObservation(line);
    if ('problem' in seen) return held(lastAt, seen.running ?? lastDesired, seen.problem);
    const { now, signals, replicas, startupsMs, targetHealthy, spentToday, unknown } = seen;
    config = followInterval(config, pool, now - lastAt);
    lastAt = now;
    areStartsTold ||= startupsMs !== null;
    const counted = followStarts(starts, replicas, now);
    starts = counted.starts;
    const paid = replicas.ready + replicas.pending + replicas.draining;
    cost = followCost(cost, { now, replicas: paid, price: config.pricePerReplicaHour ?? 0 });
    const startTimes = areStartsTold ? (startupsMs ?? []) : counted.tookMs;
    const learned = learn(state, { signals, replicas, startupsMs: startTimes, staleAfterMs: config.staleAfterMs }, now);
    const snapshot = {
      pool: pool.name,
      config,
      signals,
      replicas,
      forecast: ahead?.observe(now, signals.request_rate?.value ?? null) ?? null,
      spentToday: spentToday ?? cost.spent,
      quotas,
      targetHealthy,
      mode: pool.mode,
    };
    const { decision, state: next } = decide(snapshot, learned, now);
    state = next;
    lastDesired = decision.to;
    const { reason, forecast, recommendations, limits, plan, workload, placement, predicted } = decision;
    const ignored = unknown.length === 0 ? '' : `; not known and left out: ${unknown.slice(0, 3).join(', ')}`;
    const message = decision.message + ignored;
    return {
      now,
      desired: decision.to,
      reason,
      message,
      forecast,
      recommendations,
      limits,
      plan: plan ?? null,
      workload: workload ?? null,
      placement: placement ?? null,
      predicted,
    };
  };
}

/** Observations every minute are not stale after thirty seconds. */
function followInterval(config: ScalingConfig, pool: PoolConfig, elapsedMs: number): ScalingConfig {
  if (!(elapsedMs > 1.5 * config.intervalMs) || elapsedMs > 120_000) return config;
  return scalingConfig(pool, { intervalMs: Math.round(elapsedMs) });
}

function held(now: number, desired: number, why: string): PipeDecision {
  return {
    now,
    desired,
    reason: 'InvalidData',
    message: `holds ${desired}: ${why}`,
    forecast: null,
    recommendations: [{ source: 'hold', desired, reason: why }],
    limits: [],
    plan: null,
    workload: null,
    placement: null,
    predicted: { saturation: null, costPerHour: null, costChangePerHour: null, effectiveAt: now },
  };
}

import type { Forecast, Pool, PoolPolicy, PoolRegion } from '@jaegis/model';
import { describeCapacity, effectOf, treatmentOf, workloadOf } from '@jaegis/scaling';
import type { TargetObservation } from '@jaegis/targets';
import type { Fleet } from '../core/fleet.ts';
import { placedNow } from '../core/placed.ts';
import type { PoolEntry } from '../core/pool-book.ts';
import { sizeOf, verticalOf } from '../core/size-loop.ts';
import { constraintsInWords } from './constraint-words.ts';

/** A pool with what only its own page asks for. */
export interface PoolDetail extends Pool {
  readonly instances: TargetObservation['instances'];
  readonly targetHealthy: boolean | null;
  readonly targetMessage: string;
  readonly costToday: number | null;
  /** What today would have cost so far with the most replicas all day long. */
  readonly costTodayFixed: number | null;
  readonly forecasts: readonly Forecast[];
  readonly problems: readonly string[];
}

export function poolView(fleet: Fleet, entry: PoolEntry): Pool {
  const agents = fleet.registry.counts(entry.name);
  const replicas = entry.observation?.replicas ?? { ready: agents.live + agents.suspect, pending: 0, draining: 0 };
  return {
    name: entry.name,
    currentReplicas: replicas,
    desiredReplicas: entry.desired,
    minReplicas: entry.config?.replicas.min ?? null,
    maxReplicas: entry.config?.replicas.max ?? null,
    mode: entry.mode,
    target: entry.target?.kind ?? null,
    signals: entry.signals,
    lastDecision: entry.lastDecision,
    size: sizeOf(entry, fleet.clock.now()),
    vertical: verticalOf(entry),
    regions: regionsOf(entry),
    constraints: constraintsInWords(fleet, entry),
    policy: policyOf(entry),
    costPerReplicaHour: priceOf(entry),
    capacity: entry.scaling === undefined ? null : describeCapacity(entry.scaling, entry.state),
    effect: entry.target === undefined ? null : effectOf(entry.state.effect),
    workload: entry.scaling === undefined ? null : workloadOf(entry.state.workload, entry.scaling),
    treatment: entry.scaling === undefined ? null : treatmentOf(entry.scaling, entry.state),
    reasons: entry.reasons,
    score: entry.score,
    agents,
  };
}

function priceOf({ config }: PoolEntry): number | null {
  return config?.cost?.per_replica_hour ?? null;
}

function policyOf({ scaling, target }: PoolEntry): PoolPolicy | null {
  if (scaling === undefined || target === undefined) return null;
  const { name, utilization, quantile, lateShare } = scaling.policy;
  return { name, utilization, quantile, lateShare };
}

/** Regions with what runs there and what is to run there; those that the rules leave out last. */
function regionsOf(entry: PoolEntry): PoolRegion[] {
  if (entry.placement === null) return [];
  const now = placedNow(entry);
  const { regions, leftOut } = entry.placement;
  return [...regions, ...leftOut.map((each) => ({ ...each, replicas: 0 }))].map(({ name, replicas, reason }) => ({
    name,
    replicas: now[name] ?? 0,
    desired: replicas,
    reason,
  }));
}

export function poolDetail(fleet: Fleet, entry: PoolEntry): PoolDetail {
  const price = priceOf(entry);
  const hours = (fleet.clock.now() % 86_400_000) / 3_600_000;
  const most = entry.config?.replicas.max ?? null;
  return {
    ...poolView(fleet, entry),
    instances: entry.observation?.instances ?? [],
    targetHealthy: entry.observation?.healthy ?? null,
    targetMessage: entry.observation?.message ?? '',
    costToday: price === null ? null : entry.usage.replicaHours * price,
    costTodayFixed: price === null || most === null ? null : most * hours * price,
    forecasts: [...entry.forecasts.values()],
    problems: entry.scaling?.problems ?? [],
  };
}

import type { Pool } from '@jaegis/model';
import { written } from './written.ts';

/** What a pool costs an hour: its replicas, and what its agents report for what they call. `null` where neither is known. */
export interface CostNow {
  readonly replicas: number | null;
  readonly reported: number | null;
  readonly total: number | null;
}

export function costNow(pool: Pick<Pool, 'costPerReplicaHour' | 'currentReplicas' | 'signals'>): CostNow {
  const { ready, pending, draining } = pool.currentReplicas;
  const price = pool.costPerReplicaHour;
  const replicas = price === null ? null : price * (ready + pending + draining);
  const reported = pool.signals.cost_rate?.value ?? null;
  return {
    replicas,
    reported,
    total: replicas === null && reported === null ? null : (replicas ?? 0) + (reported ?? 0),
  };
}

/** Both parts in words, for where there is room for the sum only. */
export function costParts({ replicas, reported }: CostNow): string | undefined {
  if (replicas === null || reported === null) return undefined;
  return `${written(replicas, 'usd/h')} for replicas, ${written(reported, 'usd/h')} as its agents report`;
}

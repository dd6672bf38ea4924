import type { QuotaShare } from '@jaegis/scaling';
import type { Fleet } from './fleet.ts';
import type { PoolEntry } from './pool-book.ts';

/** What is left for a pool of the quotas that it shares: each limit less what the others have, or their minimum. */
export function quotasOf(fleet: Fleet, entry: PoolEntry): QuotaShare[] {
  return fleet.config.quotas
    .filter((quota) => quota.pools.includes(entry.name))
    .map(({ name, replicas: limit, pools }) => {
      const taken = pools
        .filter((other) => other !== entry.name)
        .reduce((sum, other) => sum + takenBy(fleet.pools.get(other)), 0);
      return { name, limit, left: Math.max(0, limit - taken) };
    });
}

/** Those on their way out still take a place. */
export function takenBy(entry: PoolEntry | undefined): number {
  if (entry?.target === undefined) return 0;
  const { ready, pending, draining } = entry.observation?.replicas ?? { ready: 0, pending: 0, draining: 0 };
  return Math.max(entry.desired ?? 0, ready + pending, entry.scaling?.minReplicas ?? 0) + draining;
}

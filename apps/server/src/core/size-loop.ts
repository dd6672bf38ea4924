import { freshValue } from '@jaegis/analytics';
import type { ReplicaSize, SignalName, SizeRecommendation } from '@jaegis/model';
import { followOutOfMemory, followUsage, recommendSize } from '@jaegis/scaling';
import type { TargetEvent } from '@jaegis/targets';
import type { Fleet } from './fleet.ts';
import type { PoolEntry } from './pool-book.ts';

/** Start-up is not what a replica needs to work: its first minute is left out. */
const startupMs = 60_000;
/** Older values are not what is used now. */
const freshMs = 30_000;
/** Who dies with this share of its memory limit in use died of it. */
const outOfMemoryShare = 0.9;

/** Every 10 s, as often as processes are measured: what the replicas of each pool use. */
export function runSizes(fleet: Fleet, now: number): void {
  for (const entry of fleet.pools.list()) {
    const replicas = fleet.registry
      .listPool(entry.name)
      .filter((agent) => agent.connectivity === 'live' && now - agent.firstSeen >= startupMs)
      .map(({ instanceId }) => {
        const signals = fleet.signals.agent(instanceId)?.signals ?? {};
        const used = (name: SignalName) => freshValue(signals, name, { now, maxAgeMs: freshMs });
        return { instanceId, cpu: used('cpu_utilization'), memoryBytes: used('memory_bytes') };
      });
    followUsage(entry.size, replicas, now);
  }
}

/** The size that one replica of the pool should have, beside the one that it has. */
export function sizeOf(entry: PoolEntry, now: number): SizeRecommendation {
  return recommendSize(entry.size, currentSize(entry), now);
}

/** An exit with the memory nearly used up says that the limit was too low. */
export function learnFromExit(fleet: Fleet, event: TargetEvent): void {
  const entry = fleet.pools.get(event.pool);
  const limit = entry === undefined ? null : currentSize(entry).memoryBytes;
  if (entry === undefined || limit === null || event.kind !== 'exited') return;
  const used = freshValue(fleet.signals.agent(event.instanceId)?.signals ?? {}, 'memory_bytes', {
    now: event.at,
    maxAgeMs: freshMs,
  });
  if (used !== null && used >= outOfMemoryShare * limit) followOutOfMemory(entry.size, limit, event.at);
}

function currentSize(entry: PoolEntry): ReplicaSize {
  return { cpu: null, memoryBytes: entry.config?.target?.process?.memory_limit_bytes ?? null };
}

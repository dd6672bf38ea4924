import { freshValue } from '@jaegis/analytics';
import type { SignalName, SizeRecommendation, Vertical } from '@jaegis/model';
import { followLatency, followOutOfMemory, followUsage, recommendSize, type SizeInputs } from '@jaegis/scaling';
import type { TargetEvent } from '@jaegis/targets';
import type { Fleet } from './fleet.ts';
import { type PoolEntry, sizeBounds } from './pool-book.ts';

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
        const share = used('cpu_utilization');
        const cpu = share === null ? null : share * (entry.limits.cpu ?? 1);
        return { instanceId, cpu, memoryBytes: used('memory_bytes') };
      });
    followUsage(entry.size, replicas, now);
    const p95 = freshValue(entry.signals, 'latency_p95', { now, maxAgeMs: freshMs });
    entry.used = {
      cpu: meanOf(replicas.map((each) => each.cpu)),
      memoryBytes: meanOf(replicas.map((each) => each.memoryBytes)),
      latencyRatio: p95 === null ? null : followLatency(entry.size, p95),
    };
  }
}

/** The size that one replica of the pool should have, beside the one that it has. */
export function sizeOf(entry: PoolEntry, now: number): SizeRecommendation {
  return recommendSize(entry.size, entry.limits, now);
}

/** An exit with the memory nearly used up says that the limit was too low. */
export function learnFromExit(fleet: Fleet, event: TargetEvent): void {
  const entry = fleet.pools.get(event.pool);
  const limit = entry === undefined ? null : entry.limits.memoryBytes;
  if (entry === undefined || limit === null || event.kind !== 'exited') return;
  const used = freshValue(fleet.signals.agent(event.instanceId)?.signals ?? {}, 'memory_bytes', {
    now: event.at,
    maxAgeMs: freshMs,
  });
  if (used !== null && used >= outOfMemoryShare * limit) followOutOfMemory(entry.size, limit, event.at);
}

/** What the size of a replica is decided from; only where the configuration lets it be carried out. */
export function sizeInputs(entry: PoolEntry, now: number): SizeInputs | undefined {
  const { config, size, limits, used } = entry;
  if (config?.vertical.mode !== 'auto' || entry.target?.resize === undefined) return undefined;
  return {
    current: limits,
    recommendation: sizeOf(entry, now),
    bounds: sizeBounds(config),
    used,
    latencyRatio: used.latencyRatio,
    outOfMemoryAt: size.outOfMemory?.at ?? 0,
    watchedMs: size.firstAt === 0 ? 0 : now - size.firstAt,
  };
}

/** Whether sizes are carried out, with the reason where they are not. */
export function verticalOf(entry: PoolEntry): Vertical | null {
  const { config, target, observation, limits } = entry;
  if (config === undefined || target === undefined) return null;
  const { mode } = config.vertical;
  const say = (isEnforced: boolean, reason: string): Vertical => ({ mode, isEnforced, reason });
  if (mode !== 'auto')
    return say(false, mode === 'off' ? 'switched off' : 'recommended only: vertical.mode is recommend');
  if (target.resize === undefined) return say(false, `a ${target.kind} target cannot resize its replicas`);
  if (limits.cpu === null && limits.memoryBytes === null)
    return say(false, 'no size to start from: target.process.cpu_limit or memory_limit_bytes must be set');
  const problem = observation?.sizeProblem ?? '';
  return problem === '' ? say(true, 'held to by control groups, resized in place') : say(false, problem);
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

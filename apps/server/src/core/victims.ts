import type { ScaleOptions } from '@jaegis/targets';
import type { Fleet } from './fleet.ts';
import type { PoolEntry } from './pool-book.ts';

/** From the first to go: a smaller number goes earlier, the next one decides between equals. */
type Rank = readonly [worth: number, held: number, done: number, startedAt: number];

/**
 * Who goes first on the way down, after those that are starting: who does not answer, who is unwell, then who holds the
 * least work (the busy last, and they have their drain deadline), then who gets the least done, then the youngest. Who
 * is busy is told besides, for a target that has to look at places too; not where the loss of a zone must be survived,
 * which wants zones even above all.
 */
export function victimsOf(fleet: Fleet, entry: PoolEntry): Pick<ScaleOptions, 'victims' | 'busy'> {
  const ranked = (entry.observation?.instances ?? [])
    .map(({ instanceId, startedAt }) => ({ instanceId, rank: rankOf(fleet, instanceId, startedAt ?? 0) }))
    .sort((a, b) => compare(a.rank, b.rank));
  const victims = ranked.map((each) => each.instanceId);
  if (entry.scaling?.constraints.zones?.survivesLoss === true) return { victims };
  return { victims, busy: ranked.filter(({ rank }) => rank[1] > 0).map((each) => each.instanceId) };
}

function rankOf(fleet: Fleet, instanceId: string, startedAt: number): Rank {
  const agent = fleet.registry.get(instanceId);
  const signals = fleet.signals.agent(instanceId)?.signals;
  const counted = (signals?.in_flight?.value ?? 0) + (signals?.queue_length?.value ?? 0);
  // Who says that it is busy holds work, counted or not.
  const held = Math.max(counted, agent?.status === 'busy' ? 1 : 0);
  const done = signals?.throughput?.value ?? signals?.progress_rate?.value ?? 0;
  if (agent === undefined || agent.connectivity === 'lost') return [0, 0, 0, -startedAt];
  return [agent.health === 'unhealthy' ? 1 : 2, held, done, -startedAt];
}

function compare(a: Rank, b: Rank): number {
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return 0;
}

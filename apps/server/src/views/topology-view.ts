import type { Health, Topology } from '@jaegis/model';
import type { Fleet } from '../core/fleet.ts';

export interface TopologyQuery {
  readonly focus?: string;
  readonly depth?: number;
  readonly expand?: readonly string[];
  readonly limit: number;
  /** A past moment, epoch milliseconds; now when left out. */
  readonly at?: number;
}

/** The live map with everyone's health on it. */
export function topologyView(fleet: Fleet, query: TopologyQuery): Topology {
  const { registry, topology } = fleet;
  return topology.snapshot(
    fleet.clock.now(),
    {
      ...query,
      pools: fleet.pools.list().map((entry) => entry.name),
      agentsOf: (pool) => registry.listPool(pool).map((agent) => agent.instanceId),
    },
    (id) => {
      const agent = registry.get(id);
      if (agent !== undefined) return { health: agent.connectivity === 'lost' ? 'unhealthy' : agent.health, agents: 1 };
      const entry = fleet.pools.get(id);
      if (entry === undefined) return { health: 'unknown', agents: 0 };
      const counts = registry.counts(id);
      return {
        health: healthOfScore(entry.score, counts.live + counts.suspect + counts.lost),
        agents: counts.live + counts.suspect,
      };
    },
  );
}

/** The bands of the health score: 80 and above is healthy, below 50 unhealthy. */
export function healthOfScore(score: number, agents: number): Health {
  if (agents === 0) return 'unknown';
  return score >= 80 ? 'healthy' : score >= 50 ? 'degraded' : 'unhealthy';
}

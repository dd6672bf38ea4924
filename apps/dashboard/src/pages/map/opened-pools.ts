import type { Health, Topology, TopologyNode } from '@jaegis/model';

const worstFirst: readonly Health[] = ['unhealthy', 'degraded', 'unknown', 'healthy'];

/**
 * The server gives the agents of an opened pool in place of the pool. The map keeps the pool as a box around them, so
 * that one sees where they belong and can close it again.
 */
export function withOpenedPools(topology: Topology, opened: readonly string[]): Topology {
  const known = new Set(topology.nodes.map((node) => node.id));
  const boxes = opened.flatMap((pool): TopologyNode[] => {
    const agents = topology.nodes.filter((node) => node.kind === 'agent' && node.pool === pool);
    if (known.has(pool) || agents.length === 0) return [];
    const health = worstFirst.find((each) => agents.some((agent) => agent.health === each)) ?? 'unknown';
    return [{ id: pool, kind: 'pool', pool, health, agents: agents.length }];
  });
  return boxes.length === 0 ? topology : { ...topology, nodes: [...topology.nodes, ...boxes] };
}

/** The node and, where it is an opened pool, its agents: a link of theirs is a link of it. */
export function withItsAgents(nodes: readonly TopologyNode[], id: string | undefined): ReadonlySet<string> {
  if (id === undefined) return new Set();
  return new Set([id, ...nodes.filter((node) => node.kind === 'agent' && node.pool === id).map((node) => node.id)]);
}

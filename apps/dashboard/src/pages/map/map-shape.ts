import type { Topology, TopologyNode } from '@jaegis/model';

const characterWidth = 7;

/** How large the box of a node is, by its name. */
export function sizeOf(node: TopologyNode): { width: number; height: number } {
  const name = Math.min(node.id.length, 30);
  return { width: Math.max(112, name * characterWidth + 40), height: node.kind === 'agent' ? 28 : 44 };
}

/** The agents of each opened pool: they lie inside its box. */
export function agentsOfPools({ nodes }: Pick<Topology, 'nodes'>): ReadonlyMap<string, readonly TopologyNode[]> {
  const known = new Set(nodes.map((node) => node.id));
  const agents = new Map<string, TopologyNode[]>();
  for (const node of nodes) {
    const { pool } = node;
    if (node.kind !== 'agent' || pool === null || pool === node.id || !known.has(pool)) continue;
    agents.set(pool, [...(agents.get(pool) ?? []), node]);
  }
  return agents;
}

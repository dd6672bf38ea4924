// Small topologies for the tests of the map.
import type { Link, Topology, TopologyNode } from '@jaegis/model';

export const node = (id: string, kind: TopologyNode['kind'] = 'pool', pool: string | null = id): TopologyNode => ({
  id,
  kind,
  pool,
  health: 'healthy',
  agents: 1,
});

export const link = (source: string, target: string, rate = 1): Link => ({
  source,
  target,
  kind: 'http',
  rate,
  errorRate: 0,
  p50: null,
  p95: null,
  lastSeen: 0,
});

export const topology = (nodes: TopologyNode[], links: Link[]): Topology => ({
  at: 0,
  nodes,
  links,
  hidden: { nodes: 0, links: 0 },
});

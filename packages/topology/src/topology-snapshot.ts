/**
 * The map that was asked for: pools first, opened into agents on demand, a neighbourhood of some node, at most so many
 * nodes. Whatever is left out is counted, so that the page can say "+27 more".
 */
import type { Health, Link, LinkKind, Topology, TopologyNode } from '@jaegis/model';
import { type LinkEntry, linkOf } from './link-table.ts';

export interface SnapshotQuery {
  /** Only what lies within `depth` hops of this node (pool, agent or peer); an agent of a closed pool means its pool. */
  readonly focus?: string;
  /** Hops in either direction; 1 when left out. */
  readonly depth?: number;
  /** Pools to show as their agents. */
  readonly expand?: readonly string[];
  /** Most nodes; 300 when left out. */
  readonly limit?: number;
  /** Pools that must be on the map though they sent no span. */
  readonly pools?: readonly string[];
  /** Agents of an opened pool, where others than those that sent spans are known. */
  readonly agentsOf?: (pool: string) => Iterable<string>;
}

/** Health of a pool, agent or peer, and how many agents stand behind it. */
export type HealthOf = (id: string) => { readonly health: Health; readonly agents: number };

export interface SnapshotSource extends NodeSource {
  readonly links: readonly LinkEntry[];
  readonly agentLinks: readonly LinkEntry[];
}

interface NodeSource {
  readonly now: number;
  readonly nodes: Iterable<string>;
  readonly isPool: (name: string) => boolean;
  readonly poolOf: (instanceId: string) => string | undefined;
  readonly agentsOf: (pool: string) => Iterable<string>;
  readonly fadedBefore: number;
}

interface Node {
  readonly id: string;
  readonly kind: TopologyNode['kind'];
  readonly pool: string | null;
  traffic: number;
  isFresh: boolean;
}

const defaultLimit = 300;

export function snapshotOf(source: SnapshotSource, query: SnapshotQuery, health: HealthOf): Topology {
  const expanded = new Set(query.expand ?? []);
  return mapOf({ source, links: groupLinks(source, expanded), query, health });
}

/** The map of a moment of which only the links between pools were kept; `query.pools` names the pools of that moment. */
export function pastSnapshotOf(
  past: { readonly at: number; readonly links: readonly Link[] },
  query: Omit<SnapshotQuery, 'expand' | 'agentsOf'>,
  health: HealthOf,
): Topology {
  const source: NodeSource = {
    now: past.at,
    nodes: [],
    isPool: () => false,
    poolOf: () => undefined,
    agentsOf: () => [],
    fadedBefore: Number.NEGATIVE_INFINITY,
  };
  return mapOf({ source, links: [...past.links].sort(byTraffic), query, health });
}

function mapOf(o: {
  readonly source: NodeSource;
  readonly links: readonly Link[];
  readonly query: SnapshotQuery;
  readonly health: HealthOf;
}): Topology {
  const { source, links, query, health } = o;
  const expanded = new Set(query.expand ?? []);
  const nodes = collectNodes(source, { query, expanded, links });
  const focus = query.focus === undefined ? undefined : focusNode(query.focus, { source, nodes });
  const distance = query.focus === undefined ? undefined : distances(links, focus, query.depth ?? 1);
  const rank = (node: Node) => distance?.get(node.id) ?? 0;
  const shown = [...nodes.values()]
    .filter((node) => (distance === undefined ? node.isFresh || node.kind !== 'virtual' : distance.has(node.id)))
    .sort((a, b) => rank(a) - rank(b) || order(a) - order(b) || b.traffic - a.traffic || (a.id < b.id ? -1 : 1))
    .slice(0, Math.max(1, query.limit ?? defaultLimit));
  const ids = new Set(shown.map((node) => node.id));
  const shownLinks = links.filter((link) => ids.has(link.source) && ids.has(link.target));
  return {
    at: source.now,
    nodes: shown.map(({ id, kind, pool }) => ({ id, kind, pool, ...health(id) })),
    links: shownLinks,
    hidden: { nodes: nodes.size - shown.length, links: links.length - shownLinks.length },
  };
}

/** Links between what is shown: pools, and agents of those pools that are opened. Busiest first. */
function groupLinks(source: SnapshotSource, expanded: ReadonlySet<string>): Link[] {
  const links: Link[] = [];
  for (const entry of source.links) {
    if (!expanded.has(entry.source) && !expanded.has(entry.target)) {
      links.push(linkOf([entry], { ...entry, now: source.now }));
    }
  }
  const groups = new Map<string, { source: string; target: string; kind: LinkKind; entries: LinkEntry[] }>();
  for (const entry of expanded.size === 0 ? [] : source.agentLinks) {
    const from = source.poolOf(entry.source) ?? entry.source;
    const to = source.poolOf(entry.target) ?? entry.target;
    if (!expanded.has(from) && !expanded.has(to)) continue;
    const ends = {
      source: expanded.has(from) ? entry.source : from,
      target: expanded.has(to) ? entry.target : to,
      kind: entry.kind,
    };
    const key = `${ends.source}\u0000${ends.target}\u0000${ends.kind}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...ends, entries: [entry] });
    else group.entries.push(entry);
  }
  for (const { entries, ...ends } of groups.values()) links.push(linkOf(entries, { ...ends, now: source.now }));
  return links.sort(byTraffic);
}

function byTraffic(a: Link, b: Link): number {
  return b.rate - a.rate || b.lastSeen - a.lastSeen;
}

function collectNodes(
  source: NodeSource,
  o: { query: SnapshotQuery; expanded: ReadonlySet<string>; links: readonly Link[] },
): Map<string, Node> {
  const nodes = new Map<string, Node>();
  const add = (id: string, kind: Node['kind'], pool: string | null): Node => {
    const known = nodes.get(id);
    if (known !== undefined) return known;
    const node = { id, kind, pool, traffic: 0, isFresh: false };
    nodes.set(id, node);
    return node;
  };
  const pools = new Set(o.query.pools ?? []);
  for (const name of source.nodes) if (source.isPool(name)) pools.add(name);
  for (const pool of pools) if (!o.expanded.has(pool)) add(pool, 'pool', pool);
  for (const pool of o.expanded) {
    for (const id of source.agentsOf(pool)) add(id, 'agent', pool);
    for (const id of o.query.agentsOf?.(pool) ?? []) add(id, 'agent', pool);
  }
  for (const link of o.links) {
    const isFresh = link.lastSeen >= source.fadedBefore || link.kind === 'declared';
    for (const end of [link.source, link.target]) {
      const pool = source.poolOf(end);
      const isOpenedAgent = pool !== undefined && o.expanded.has(pool);
      const node = isOpenedAgent ? add(end, 'agent', pool) : add(end, 'virtual', null);
      node.traffic += link.rate;
      node.isFresh ||= isFresh;
    }
  }
  return nodes;
}

function focusNode(focus: string, o: { source: NodeSource; nodes: ReadonlyMap<string, Node> }): string {
  return o.nodes.has(focus) ? focus : (o.source.poolOf(focus) ?? focus);
}

/** Hops from `focus`, up to `depth`, in either direction of a link. */
function distances(links: readonly Link[], focus: string | undefined, depth: number): Map<string, number> {
  const found = new Map<string, number>();
  if (focus === undefined) return found;
  const neighbours = new Map<string, string[]>();
  const connect = (a: string, b: string) => {
    const known = neighbours.get(a);
    if (known === undefined) neighbours.set(a, [b]);
    else known.push(b);
  };
  for (const link of links) {
    connect(link.source, link.target);
    connect(link.target, link.source);
  }
  found.set(focus, 0);
  let edge = [focus];
  for (let hops = 1; hops <= depth && edge.length > 0; hops++) {
    const next: string[] = [];
    for (const id of edge) {
      for (const other of neighbours.get(id) ?? []) {
        if (found.has(other)) continue;
        found.set(other, hops);
        next.push(other);
      }
    }
    edge = next;
  }
  return found;
}

function order(node: Node): number {
  if (node.kind === 'virtual') return 2;
  return node.isFresh ? 0 : 1;
}

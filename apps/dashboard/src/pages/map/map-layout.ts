import type { Link, Topology, TopologyNode } from '@jaegis/model';
import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import { agentsOfPools, sizeOf } from './map-shape.ts';

export interface PlacedNode {
  readonly node: TopologyNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** A pool that was opened: its agents lie inside. */
  readonly isGroup: boolean;
}

export interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

export interface PlacedLink {
  readonly link: Link;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Room for its words, where nothing else is. */
  readonly label: PlacedLabel | null;
}

export interface MapLayout {
  readonly nodes: readonly PlacedNode[];
  readonly links: readonly PlacedLink[];
  readonly width: number;
  readonly height: number;
}

/** Two pools may be linked in more than one way: by calls and by messages. */
export const linkKey = (link: Pick<Link, 'source' | 'target' | 'kind'>): string =>
  `${link.source}>${link.target}>${link.kind}`;

/** Changes only when the map must be laid out anew: new numbers keep everything where it is. */
export function shapeOfTopology(topology: Topology): string {
  const nodes = topology.nodes.map((node) => `${node.kind}:${node.id}`).sort();
  return [...nodes, ...topology.links.map(linkKey).sort()].join('\n');
}

const labelSize = { width: 84, height: 14 };
const options = {
  'elk.algorithm': 'layered',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '32',
  'elk.edgeLabels.placement': 'CENTER',
  'elk.spacing.edgeLabel': '2',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '20',
  'elk.spacing.edgeEdge': '12',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.padding': '[top=16,left=16,bottom=16,right=16]',
};

let elk: InstanceType<typeof ELK> | undefined;

/** Whichever fits the box: a wide one is read from left to right, a tall one from top to bottom. */
export type MapDirection = 'RIGHT' | 'DOWN';

/** Begins to load the engine, in a worker of its own: it is large, and its first answer waits for all of it. */
export function startEngine(): InstanceType<typeof ELK> {
  elk ??= new ELK({ workerFactory: () => new Worker(workerUrl) });
  return elk;
}

/** Lays the map out in layers. */
export async function layoutMap(topology: Topology, direction: MapDirection): Promise<MapLayout> {
  const graph = toGraph(topology, direction);
  const placed = (await startEngine().layout(graph)) as ElkNode;
  return fromGraph(placed, topology, direction === 'DOWN');
}

/** The topology as ELK wants it. An opened pool holds its agents; a link to something that is not shown is left out. */
export function toGraph(topology: Topology, direction: MapDirection): ElkNode {
  const nodes = [...topology.nodes].sort((a, b) => a.id.localeCompare(b.id));
  const known = new Set(nodes.map((node) => node.id));
  const agents = agentsOfPools({ nodes });
  const inside = new Set([...agents.values()].flat().map((node) => node.id));
  const children = nodes
    .filter((node) => !inside.has(node.id))
    .map((node): ElkNode => {
      const own = agents.get(node.id) ?? [];
      if (own.length === 0) return { id: node.id, ...sizeOf(node) };
      return {
        id: node.id,
        layoutOptions: { 'elk.padding': '[top=44,left=12,bottom=12,right=12]', 'elk.spacing.nodeNode': '8' },
        children: own.map((agent) => ({ id: agent.id, ...sizeOf(agent) })),
      };
    });
  const edges = topology.links
    .filter((link) => known.has(link.source) && known.has(link.target) && link.source !== link.target)
    .map((link) => ({
      id: linkKey(link),
      sources: [link.source],
      targets: [link.target],
      labels: [{ id: `${linkKey(link)}:words`, text: 'words', ...labelSize }],
    }));
  return { id: 'root', layoutOptions: { ...options, 'elk.direction': direction }, children, edges };
}

function fromGraph(placed: ElkNode, topology: Topology, isDown: boolean): MapLayout {
  const byId = new Map(topology.nodes.map((node) => [node.id, node]));
  const nodes: PlacedNode[] = [];
  const walk = (each: ElkNode) => {
    const node = byId.get(each.id);
    if (node !== undefined)
      nodes.push({
        node,
        x: each.x ?? 0,
        y: each.y ?? 0,
        width: each.width ?? 0,
        height: each.height ?? 0,
        isGroup: (each.children?.length ?? 0) > 0,
      });
    for (const child of each.children ?? []) walk(child);
  };
  for (const child of placed.children ?? []) walk(child);
  const edges = new Map((placed.edges ?? []).map((edge) => [edge.id, edge]));
  const links = topology.links.flatMap((link): PlacedLink[] => {
    const edge = edges.get(linkKey(link));
    const section = edge?.sections?.[0];
    if (section === undefined) return [];
    const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
    return [{ link, points, label: labelOf(edge?.labels?.[0], { points, isDown }) }];
  });
  return { nodes, links, width: placed.width ?? 0, height: placed.height ?? 0 };
}

/** The words lean on their line: under it where it is level, beside it where it falls. */
function labelOf(
  room: { x?: number; y?: number } | undefined,
  edge: { points: readonly { x: number; y: number }[]; isDown: boolean },
): PlacedLabel | null {
  if (room?.x === undefined || room.y === undefined) return null;
  const center = room.x + labelSize.width / 2;
  const y = room.y + labelSize.height - 3;
  if (!edge.isDown) return { x: center, y, anchor: 'middle' };
  const isLeft = edge.points.some((point) => point.x > center && point.x <= room.x! + labelSize.width + 4);
  return isLeft ? { x: room.x + labelSize.width - 2, y, anchor: 'end' } : { x: room.x + 2, y, anchor: 'start' };
}

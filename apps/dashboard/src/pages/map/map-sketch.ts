import type { Topology, TopologyNode } from '@jaegis/model';
import type { MapDirection, MapLayout, PlacedNode } from './map-layout.ts';
import { agentsOfPools, sizeOf } from './map-shape.ts';

// A map at once, for the second that the layout engine needs to be loaded: layers by the longest way from a source
// (links that would close a circle left aside), in each layer by the mean place of who calls it, links with one bend.
// Bad at: links over more than one layer, which cross the boxes between.

const margin = 16;
const layerGap = 78;
const nodeGap = 24;
const groupHead = 44;
const groupPad = 12;
const agentGap = 8;

interface Box {
  readonly node: TopologyNode;
  readonly agents: readonly TopologyNode[];
  readonly width: number;
  readonly height: number;
}

export function sketchMap(topology: Topology, direction: MapDirection): MapLayout {
  const boxes = boxesOf(topology);
  const home = new Map(
    boxes.flatMap((box) => [box.node, ...box.agents].map((node) => [node.id, box.node.id] as const)),
  );
  const callees = calleesOf(topology, home);
  const layers = layersOf(boxes, callees);
  const isDown = direction === 'DOWN';
  const along = (box: Box) => (isDown ? box.width : box.height);
  const across = (box: Box) => (isDown ? box.height : box.width);
  const lengthOf = (layer: readonly Box[]) => layer.reduce((sum, box) => sum + along(box) + nodeGap, -nodeGap);
  const longest = Math.max(0, ...layers.map(lengthOf));
  const nodes: PlacedNode[] = [];
  let depth = margin;
  for (const layer of layers) {
    let at = margin + (longest - lengthOf(layer)) / 2;
    for (const box of layer) {
      nodes.push(...placed(box, isDown ? { x: at, y: depth } : { x: depth, y: at }));
      at += along(box) + nodeGap;
    }
    depth += Math.max(...layer.map(across)) + layerGap;
  }
  const size = { along: longest + 2 * margin, across: Math.max(depth - layerGap, 0) + margin };
  return {
    nodes,
    links: linksOf(topology, nodes, isDown),
    width: isDown ? size.along : size.across,
    height: isDown ? size.across : size.along,
  };
}

function boxesOf(topology: Topology): Box[] {
  const agents = agentsOfPools(topology);
  const inside = new Set([...agents.values()].flat().map((node) => node.id));
  return topology.nodes
    .filter((node) => !inside.has(node.id))
    .toSorted((a, b) => a.id.localeCompare(b.id))
    .map((node) => {
      const own = agents.get(node.id) ?? [];
      if (own.length === 0) return { node, agents: own, ...sizeOf(node) };
      const widest = Math.max(sizeOf(node).width, ...own.map((agent) => sizeOf(agent).width));
      const height = own.reduce((sum, agent) => sum + sizeOf(agent).height + agentGap, -agentGap);
      return { node, agents: own, width: widest + 2 * groupPad, height: groupHead + height + groupPad };
    });
}

function placed(box: Box, { x, y }: { x: number; y: number }): PlacedNode[] {
  const { node, agents, width, height } = box;
  let top = y + groupHead;
  const inside = agents.map((agent) => {
    const size = sizeOf(agent);
    const at = { node: agent, x: x + groupPad, y: top, ...size, isGroup: false };
    top += size.height + agentGap;
    return at;
  });
  return [{ node, x, y, width, height, isGroup: agents.length > 0 }, ...inside];
}

/** Whom each box calls; itself and what is not shown left out. */
function calleesOf(topology: Topology, home: ReadonlyMap<string, string>): ReadonlyMap<string, ReadonlySet<string>> {
  const callees = new Map<string, Set<string>>();
  for (const link of topology.links) {
    const [source, target] = [home.get(link.source), home.get(link.target)];
    if (source === undefined || target === undefined || source === target) continue;
    callees.set(source, (callees.get(source) ?? new Set()).add(target));
  }
  return callees;
}

function layersOf(boxes: readonly Box[], callees: ReadonlyMap<string, ReadonlySet<string>>): Box[][] {
  const isCalled = new Set([...callees.values()].flatMap((targets) => [...targets]));
  // From the sources on; what only calls in circles begins where its name comes first.
  const starts = boxes.toSorted((a, b) => Number(isCalled.has(a.node.id)) - Number(isCalled.has(b.node.id)));
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const forward = new Map<string, string[]>();
  const visit = (id: string) => {
    state.set(id, 'open');
    for (const target of callees.get(id) ?? []) {
      if (state.get(target) === 'open') continue;
      forward.set(id, [...(forward.get(id) ?? []), target]);
      if (!state.has(target)) visit(target);
    }
    state.set(id, 'done');
    order.push(id);
  };
  for (const { node } of starts) if (!state.has(node.id)) visit(node.id);
  const rank = new Map<string, number>();
  for (const id of order.toReversed())
    for (const target of forward.get(id) ?? [])
      rank.set(target, Math.max(rank.get(target) ?? 0, (rank.get(id) ?? 0) + 1));
  const layers: Box[][] = [];
  for (const box of boxes) {
    const own = rank.get(box.node.id) ?? 0;
    layers[own] = [...(layers[own] ?? []), box];
  }
  const place = new Map<string, number>();
  return layers.map((layer) => {
    const wanted = (box: Box) => {
      const callers = [...forward].filter(([, targets]) => targets.includes(box.node.id));
      const known = callers.map(([id]) => place.get(id)).filter((each) => each !== undefined);
      return known.length === 0 ? 0.5 : known.reduce((sum, each) => sum + each, 0) / known.length;
    };
    const ordered = layer.toSorted((a, b) => wanted(a) - wanted(b));
    ordered.forEach((box, i) => {
      place.set(box.node.id, (i + 0.5) / ordered.length);
    });
    return ordered;
  });
}

/** From the middle of one side to the middle of the other, with a step half-way. */
function linksOf(topology: Topology, nodes: readonly PlacedNode[], isDown: boolean): MapLayout['links'] {
  const byId = new Map(nodes.map((each) => [each.node.id, each]));
  return topology.links.flatMap((link) => {
    const [a, b] = [byId.get(link.source), byId.get(link.target)];
    if (a === undefined || b === undefined || a === b) return [];
    const from = isDown ? { x: a.x + a.width / 2, y: a.y + a.height } : { x: a.x + a.width, y: a.y + a.height / 2 };
    const to = isDown ? { x: b.x + b.width / 2, y: b.y } : { x: b.x, y: b.y + b.height / 2 };
    const half = isDown ? (from.y + to.y) / 2 : (from.x + to.x) / 2;
    const bends = isDown
      ? [
          { x: from.x, y: half },
          { x: to.x, y: half },
        ]
      : [
          { x: half, y: from.y },
          { x: half, y: to.y },
        ];
    return [{ link, points: [from, ...bends, to], label: null }];
  });
}

import type { Topology } from '@jaegis/model';
import { useEffect, useRef, useState } from 'react';
import { layoutMap, linkKey, type MapDirection, type MapLayout, shapeOfTopology } from './map-layout.ts';

/** The layout of the newest topology. While a new one is made the old one stays; new numbers go into it at once. */
export function useMapLayout(
  topology: Topology | undefined,
  direction: MapDirection,
): { layout: MapLayout | undefined; isFailed: boolean } {
  const [layout, setLayout] = useState<MapLayout>();
  const [isFailed, setFailed] = useState(false);
  const latest = useRef(topology);
  latest.current = topology;
  const shape = topology === undefined ? '' : shapeOfTopology(topology);
  useEffect(() => {
    const wanted = latest.current;
    if (shape === '' || wanted === undefined) return;
    let isCurrent = true;
    const show = (made: MapLayout | undefined) => {
      // Of an older topology is better than none: the first layout waits for the engine to be loaded.
      if (!isCurrent) {
        setLayout((shown) => shown ?? made);
        return;
      }
      if (made !== undefined) setLayout(made);
      setFailed(made === undefined);
    };
    layoutMap(wanted, direction).then(show, () => show(undefined));
    return () => {
      isCurrent = false;
    };
  }, [shape, direction]);
  return { layout: layout && topology && withNumbers(layout, topology), isFailed };
}

function withNumbers(layout: MapLayout, topology: Topology): MapLayout {
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  const links = new Map(topology.links.map((link) => [linkKey(link), link]));
  return {
    ...layout,
    nodes: layout.nodes.map((placed) => ({ ...placed, node: nodes.get(placed.node.id) ?? placed.node })),
    links: layout.links.map((placed) => ({ ...placed, link: links.get(linkKey(placed.link)) ?? placed.link })),
  };
}

import type { Topology } from '@jaegis/model';
import { useEffect, useMemo, useRef, useState } from 'react';
import { layoutMap, linkKey, type MapDirection, type MapLayout, shapeOfTopology } from './map-layout.ts';
import { sketchMap } from './map-sketch.ts';

/** The layout of the newest topology: a sketch until the first is made. While a new one is made the old one stays; new numbers go into it at once. */
export function useMapLayout(topology: Topology | undefined, direction: MapDirection): MapLayout | undefined {
  const [layout, setLayout] = useState<MapLayout>();
  const latest = useRef(topology);
  latest.current = topology;
  const shape = topology === undefined ? '' : shapeOfTopology(topology);
  useEffect(() => {
    const wanted = latest.current;
    if (shape === '' || wanted === undefined) return;
    let isCurrent = true;
    layoutMap(wanted, direction).then(
      // Of an older topology is better than none: the first layout waits for the engine to be loaded.
      (made) => setLayout((shown) => (isCurrent ? made : (shown ?? made))),
      (cause: unknown) => console.warn('The map stays a sketch: its layout engine failed', cause),
    );
    return () => {
      isCurrent = false;
    };
  }, [shape, direction]);
  const isSketched = layout === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new sketch for a new shape only; numbers go in below
  const sketch = useMemo(
    () => (isSketched && latest.current !== undefined ? sketchMap(latest.current, direction) : undefined),
    [isSketched, shape, direction],
  );
  const shown = layout ?? sketch;
  return shown && topology && withNumbers(shown, topology);
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

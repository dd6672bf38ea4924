// biome-ignore-all lint/a11y/useSemanticElements: there are no buttons and groups in SVG

import { useKeys } from '../../app/keys.ts';
import { written } from '../../data/written.ts';
import { Glyph, toneOf } from '../../widgets/state-mark.tsx';
import { labelPoint, linkTone, linkWidth, roundedPath } from './map-geometry.ts';
import { linkKey, type MapLayout, type PlacedLink, type PlacedNode } from './map-layout.ts';
import { withItsAgents } from './opened-pools.ts';
import { usePanZoom } from './use-pan-zoom.ts';

interface MapCanvasProps {
  readonly layout: MapLayout;
  readonly search: string;
  readonly node: string | undefined;
  readonly link: string | undefined;
  readonly onNode: (id: string) => void;
  readonly onLink: (key: string) => void;
}

/** More links than this would write over each other; then only the chosen one has its words. */
const labelled = 40;

/** Pools as boxes, links as lines: width is rate, colour and dash say how they are. What is chosen stands out. */
export function MapCanvas(props: MapCanvasProps) {
  const { layout, node, link } = props;
  const { box, transform, fit, zoom, handlers } = usePanZoom(layout);
  useKeys([
    { keys: '+', label: 'Nearer', group: 'This page', run: () => zoom(1.25) },
    { keys: '-', label: 'Farther', group: 'This page', run: () => zoom(0.8) },
    { keys: '0', label: 'The whole map', group: 'This page', run: fit },
  ]);
  const search = props.search.toLowerCase();
  const isChosen = node !== undefined || link !== undefined;
  const own = withItsAgents(
    layout.nodes.map((each) => each.node),
    node,
  );
  const touchesOwn = (each: PlacedLink) =>
    own.has(each.link.source) || own.has(each.link.target) || linkKey(each.link) === link;
  const near = new Set(own);
  for (const each of layout.links) if (touchesOwn(each)) near.add(each.link.source).add(each.link.target);
  const isDim = (id: string) => (search !== '' && !id.toLowerCase().includes(search)) || (isChosen && !near.has(id));
  return (
    <div className="map-canvas">
      <svg
        ref={box}
        className="map-svg"
        {...handlers}
        role="group"
        aria-label={`Map of ${layout.nodes.length} nodes and ${layout.links.length} links. The table beside it says the same.`}
      >
        <defs>
          {(['ok', 'warn', 'bad', 'off'] as const).map((tone) => (
            <marker
              key={tone}
              id={`arrow-${tone}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 .5 7.500 4 0 7.500z" className={`link-arrow tone-${tone}`} />
            </marker>
          ))}
        </defs>
        <g transform={transform}>
          {layout.nodes
            .filter((each) => each.isGroup)
            .map((placed) => (
              <MapNode
                key={placed.node.id}
                placed={placed}
                isActive={placed.node.id === node}
                isDim={isDim(placed.node.id)}
                onOpen={props.onNode}
              />
            ))}
          {layout.links.map((placed) => {
            const key = linkKey(placed.link);
            const touches = touchesOwn(placed);
            return (
              <MapLink
                key={key}
                placed={placed}
                isUnseen={isUnseen(layout, placed)}
                isActive={key === link}
                isDim={isChosen && !touches}
                hasWords={layout.links.length <= labelled || touches}
                onOpen={props.onLink}
              />
            );
          })}
          {layout.nodes
            .filter((each) => !each.isGroup)
            .map((placed) => (
              <MapNode
                key={placed.node.id}
                placed={placed}
                isActive={placed.node.id === node}
                isDim={isDim(placed.node.id)}
                onOpen={props.onNode}
              />
            ))}
        </g>
      </svg>
      <div className="map-buttons">
        <button type="button" className="icon-button" onClick={() => zoom(1.25)} aria-label="Nearer">
          +
        </button>
        <button type="button" className="icon-button" onClick={() => zoom(0.8)} aria-label="Farther">
          −
        </button>
        <button type="button" className="button" onClick={fit}>
          Fit
        </button>
      </div>
    </div>
  );
}

function isUnseen(layout: MapLayout, { link }: PlacedLink): boolean {
  return layout.nodes.some(
    (each) => each.node.kind === 'virtual' && (each.node.id === link.source || each.node.id === link.target),
  );
}

function MapLink({
  placed,
  isUnseen,
  isActive,
  isDim,
  hasWords,
  onOpen,
}: {
  placed: PlacedLink;
  isUnseen: boolean;
  isActive: boolean;
  isDim: boolean;
  hasWords: boolean;
  onOpen: (key: string) => void;
}) {
  const { link, points, label } = placed;
  const tone = linkTone(link.errorRate);
  const path = roundedPath(points);
  const at = label ?? labelPoint(points);
  const words = `${link.source} to ${link.target}: ${written(link.rate, '1/s')}, ${written(link.errorRate, 'ratio')} fail, P95 ${written(link.p95, 'seconds')}`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the table beside the map is the same by keyboard
    <g
      className={`map-link tone-${tone}`}
      data-active={isActive || undefined}
      data-dim={isDim || undefined}
      onClick={() => onOpen(linkKey(link))}
    >
      <title>{words}</title>
      <path d={path} className="map-link-reach" />
      <path
        d={path}
        className="map-link-line"
        strokeWidth={linkWidth(link.rate)}
        strokeDasharray={isUnseen ? '6 4' : undefined}
        markerEnd={`url(#arrow-${tone})`}
      />
      {hasWords && (
        <text x={at.x} y={at.y} className="map-link-words" textAnchor={label?.anchor ?? 'middle'}>
          {written(link.rate, '1/s')}
          {tone !== 'ok' && ` · ${written(link.errorRate, 'ratio')} fail`}
        </text>
      )}
    </g>
  );
}

function MapNode({
  placed,
  isActive,
  isDim,
  onOpen,
}: {
  placed: PlacedNode;
  isActive: boolean;
  isDim: boolean;
  onOpen: (id: string) => void;
}) {
  const { node, x, y, width, height, isGroup } = placed;
  const tone = toneOf(node.health);
  const small =
    node.kind === 'virtual'
      ? 'not seen itself'
      : node.kind === 'agent'
        ? ''
        : `${node.agents} ${node.agents === 1 ? 'agent' : 'agents'}`;
  const name = node.id.length > 30 ? `${node.id.slice(0, 29)}…` : node.id;
  const baseline = small === '' || isGroup ? 18 : 19;
  return (
    <g
      className="map-node"
      role="button"
      tabIndex={0}
      data-kind={node.kind}
      data-group={isGroup || undefined}
      data-active={isActive || undefined}
      data-dim={isDim || undefined}
      aria-label={`${node.id}, ${node.kind === 'virtual' ? 'a peer that sends no telemetry' : `${node.health}, ${small}`}`}
      aria-pressed={isActive}
      transform={`translate(${x} ${y})`}
      onClick={() => onOpen(node.id)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        onOpen(node.id);
      }}
    >
      <rect width={width} height={height} rx="4" />
      <g transform="translate(10 10)">
        <Glyph tone={tone} />
      </g>
      <text x="28" y={baseline} className="map-node-name">
        {name}
      </text>
      {small !== '' && (
        <text x="28" y="35" className="map-node-small">
          {small}
        </text>
      )}
    </g>
  );
}

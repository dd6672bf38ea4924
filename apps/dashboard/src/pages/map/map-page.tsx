import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { readList, useUrlState } from '../../app/url-state.ts';
import { topologyQuery } from '../../data/queries.ts';
import { Empty, Loaded } from '../../widgets/page-states.tsx';
import { Section } from '../../widgets/section.tsx';
import { Segments } from '../../widgets/segments.tsx';
import { Glyph } from '../../widgets/state-mark.tsx';
import { useMedia } from '../../widgets/use-media.ts';
import { OpenTelemetrySetup } from '../overview/first-steps.tsx';
import { MapCanvas } from './map-canvas.tsx';
import { LinkDetail, NodeDetail } from './map-detail.tsx';
import { linkKey, startEngine } from './map-layout.ts';
import { MapTable } from './map-table.tsx';
import { withOpenedPools } from './opened-pools.ts';
import { useMapLayout } from './use-map-layout.ts';

const depths = [
  { key: '1', name: '1 hop' },
  { key: '2', name: '2 hops' },
  { key: '3', name: '3 hops' },
] as const;

// As soon as this page is wanted (a pointer rests on its name), not when the first map is to be drawn.
startEngine();

/** Who calls whom, how much, and where it hurts. */
export function MapPage() {
  const [state, change] = useUrlState();
  const depth = depths.find((each) => each.key === state.depth)?.key ?? '1';
  const query = useQuery(
    topologyQuery({
      focus: state.focus,
      depth: state.focus === undefined ? undefined : Number(depth),
      expand: state.expand,
    }),
  );
  const topology = useMemo(
    () => query.data && withOpenedPools(query.data, readList(state.expand)),
    [query.data, state.expand],
  );
  const layout = useMapLayout(topology, useMedia('(min-aspect-ratio: 22/10)') ? 'RIGHT' : 'DOWN');
  const search = state.q ?? '';
  const chosenLink = topology?.links.find((link) => linkKey(link) === state.link);
  const openNode = (id: string) => change({ node: state.node === id ? undefined : id, link: undefined });
  const openLink = (key: string) => change({ link: state.link === key ? undefined : key, node: undefined });
  const firstFit = topology?.nodes.find(
    (node) => search !== '' && node.id.toLowerCase().includes(search.toLowerCase()),
  );
  return (
    <div className="page page-full map-page">
      <header className="page-head">
        <h1>Map</h1>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (firstFit !== undefined) change({ node: firstFit.id, link: undefined });
          }}
        >
          <input
            type="search"
            className="field"
            placeholder="Search the map"
            aria-label="Search the map"
            value={search}
            onChange={(event) => change({ q: event.target.value || undefined }, 'replace')}
          />
        </form>
        {state.focus !== undefined && (
          <div className="row row-wrap">
            <span className="muted small">
              Only <b>{state.focus}</b> and
            </span>
            <Segments
              label="Hops around the focus"
              choices={depths}
              value={depth}
              onChange={(key) => change({ depth: key })}
            />
            <button type="button" className="button" onClick={() => change({ focus: undefined, depth: undefined })}>
              Show everything
            </button>
          </div>
        )}
        {topology !== undefined && topology.hidden.nodes + topology.hidden.links > 0 && (
          <p className="small muted" role="status">
            +{topology.hidden.nodes} nodes and {topology.hidden.links} links hidden
          </p>
        )}
        <Legend />
      </header>
      <Loaded query={query} lines={12} what="the map">
        {() =>
          topology === undefined || topology.nodes.length === 0 ? (
            <Empty title="Nothing to draw yet">
              <p className="muted">
                Links come from spans: any agent that sends traces over OTLP draws its own. The SDK does so by itself.
              </p>
              <OpenTelemetrySetup title="A program with OpenTelemetry" />
            </Empty>
          ) : (
            <div className="map-body">
              {layout !== undefined && (
                <MapCanvas
                  layout={layout}
                  search={search}
                  node={state.node}
                  link={state.link}
                  onNode={openNode}
                  onLink={openLink}
                />
              )}
              <div className="map-side">
                {state.node !== undefined && (
                  <NodeDetail topology={topology} id={state.node} state={state} change={change} />
                )}
                {chosenLink !== undefined && (
                  <LinkDetail link={chosenLink} onClose={() => change({ link: undefined })} />
                )}
                <Section
                  title={state.node === undefined ? 'Links' : `Links of ${state.node}`}
                  aside={<span className="small muted">{topology.links.length} in all</span>}
                >
                  <MapTable topology={topology} search={search} node={state.node} link={state.link} onLink={openLink} />
                </Section>
              </div>
            </div>
          )
        }
      </Loaded>
    </div>
  );
}

function Legend() {
  return (
    <ul className="map-legend small muted" aria-label="Legend">
      <li>
        <Glyph tone="ok" /> healthy
      </li>
      <li>
        <Glyph tone="warn" /> degraded
      </li>
      <li>
        <Glyph tone="bad" /> unhealthy
      </li>
      <li>
        <svg width="24" height="8" aria-hidden="true">
          <path d="M0 4h24" stroke="currentColor" strokeWidth="1.500" strokeDasharray="5 3" />
        </svg>
        unseen peer
      </li>
      <li>
        <svg width="24" height="8" aria-hidden="true">
          <path d="M0 4h10" stroke="currentColor" strokeWidth="1" />
          <path d="M12 4h12" stroke="currentColor" strokeWidth="4" />
        </svg>
        more requests
      </li>
    </ul>
  );
}

import type { Link, Topology } from '@jaegis/model';
import type { ChangeUrl, UrlState } from '../../app/url-state.ts';
import { readList, writeList } from '../../app/url-state.ts';
import { written } from '../../data/written.ts';
import { Ago } from '../../widgets/ago.tsx';
import { AgentLink, PoolLink } from '../../widgets/links.tsx';
import { Section } from '../../widgets/section.tsx';
import { StateMark } from '../../widgets/state-mark.tsx';
import { LinkChart } from './link-chart.tsx';

/** What is known of the node that was chosen, and what can be done with it on the map. */
export function NodeDetail({
  topology,
  id,
  state,
  change,
}: {
  topology: Topology;
  id: string;
  state: UrlState;
  change: ChangeUrl;
}) {
  const node = topology.nodes.find((each) => each.id === id);
  if (node === undefined) return null;
  const expanded = readList(state.expand);
  const isExpanded = expanded.includes(id);
  const toggle = () =>
    change({ expand: writeList(isExpanded ? expanded.filter((each) => each !== id) : [...expanded, id]) });
  return (
    <Section
      title={node.id}
      aside={
        <button
          type="button"
          className="icon-button"
          aria-label="Let go of it"
          onClick={() => change({ node: undefined })}
        >
          ×
        </button>
      }
    >
      <p className="row row-wrap">
        {node.kind === 'virtual' ? (
          <span className="muted">
            It is called or calls, but sends no telemetry of its own: what is known of it comes from its peers.
          </span>
        ) : (
          <StateMark state={node.health} />
        )}
        {node.kind === 'pool' && <span className="muted">{node.agents} agents</span>}
      </p>
      <div className="row row-wrap map-actions">
        {node.kind === 'pool' && (
          <>
            <PoolLink name={node.id}>
              <span className="button">Open the pool</span>
            </PoolLink>
            <button type="button" className="button" aria-pressed={isExpanded} onClick={toggle}>
              {isExpanded ? 'Close into one' : 'Open into agents'}
            </button>
          </>
        )}
        {node.kind === 'agent' && (
          <AgentLink id={node.id}>
            <span className="button">Open the agent</span>
          </AgentLink>
        )}
        <button
          type="button"
          className="button"
          aria-pressed={state.focus === id}
          onClick={() =>
            change(
              state.focus === id ? { focus: undefined, depth: undefined } : { focus: id, depth: state.depth ?? '1' },
            )
          }
        >
          {state.focus === id ? 'Show everything' : 'Only its neighbours'}
        </button>
      </div>
    </Section>
  );
}

/** One link: how much goes over it, how fast, how much fails. */
export function LinkDetail({ link, onClose }: { link: Link; onClose: () => void }) {
  return (
    <Section
      title={`${link.source} → ${link.target}`}
      aside={
        <button type="button" className="icon-button" aria-label="Let go of it" onClick={onClose}>
          ×
        </button>
      }
    >
      <dl className="facts">
        <div>
          <dt>Kind</dt>
          <dd>{link.kind}</dd>
        </div>
        <div>
          <dt>Rate</dt>
          <dd>{written(link.rate, '1/s')}</dd>
        </div>
        <div>
          <dt>Fail</dt>
          <dd className={link.errorRate >= 0.05 ? 'bad-text' : ''}>{written(link.errorRate, 'ratio')}</dd>
        </div>
        <div>
          <dt>P50 / P95</dt>
          <dd>
            {written(link.p50, 'seconds')} / {written(link.p95, 'seconds')}
          </dd>
        </div>
        <div>
          <dt>Last seen</dt>
          <dd>
            <Ago at={link.lastSeen} />
          </dd>
        </div>
      </dl>
      <LinkChart link={link} />
    </Section>
  );
}

import type { Link, Topology } from '@jaegis/model';
import { written } from '../../data/written.ts';
import { ColumnHeads, num } from '../../widgets/column-heads.tsx';
import { StateMark } from '../../widgets/state-mark.tsx';
import { linkTone } from './map-geometry.ts';
import { linkKey } from './map-layout.ts';
import { withItsAgents } from './opened-pools.ts';

interface MapTableProps {
  readonly topology: Topology;
  readonly search: string;
  readonly node: string | undefined;
  readonly link: string | undefined;
  readonly onLink: (key: string) => void;
}

const words = { ok: 'well', warn: 'failing some', bad: 'failing' } as const;

/** The map as a table: the same links, worst first, then by rate. */
export function MapTable({ topology, search, node, link, onLink }: MapTableProps) {
  const wanted = search.toLowerCase();
  const own = withItsAgents(topology.nodes, node);
  const links = topology.links
    .filter(
      (each) =>
        (node === undefined || own.has(each.source) || own.has(each.target)) &&
        `${each.source} ${each.target}`.toLowerCase().includes(wanted),
    )
    .sort((a, b) => rank(b) - rank(a) || b.rate - a.rate);
  if (links.length === 0)
    return (
      <p className="muted">
        {topology.links.length === 0
          ? 'No calls between pools were seen yet. They come from spans: any agent that sends traces over OTLP draws its own links.'
          : 'No link fits.'}
      </p>
    );
  return (
    <div className="table-scroll">
      <table className="table map-table">
        <ColumnHeads columns={['Link', num('Rate'), num('Fail'), num('P95')]} />
        <tbody>
          {links.map((each) => {
            const key = linkKey(each);
            const tone = linkTone(each.errorRate);
            return (
              <tr key={key} data-active={key === link || undefined}>
                <th scope="row">
                  <button
                    type="button"
                    className="link-button"
                    data-row=""
                    aria-pressed={key === link}
                    onClick={() => onLink(key)}
                  >
                    <span className="cut">{each.source}</span>
                    <span className="cut muted">→ {each.target}</span>
                  </button>
                </th>
                <td className="num">{written(each.rate, '1/s')}</td>
                <td className="num">
                  {tone === 'ok' ? (
                    written(each.errorRate, 'ratio')
                  ) : (
                    <StateMark state={words[tone]} tone={tone}>
                      {written(each.errorRate, 'ratio')}
                    </StateMark>
                  )}
                </td>
                <td className="num">{written(each.p95, 'seconds')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function rank(link: Link): number {
  const tone = linkTone(link.errorRate);
  return tone === 'bad' ? 2 : tone === 'warn' ? 1 : 0;
}

import type { IncidentState } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { useUrlState } from '../../app/url-state.ts';
import { incidentsQuery } from '../../data/queries.ts';
import { needsSomeone } from '../../live/event-merge.ts';
import { Empty, Loaded } from '../../widgets/page-states.tsx';
import { SearchField } from '../../widgets/search-field.tsx';
import { Segments } from '../../widgets/segments.tsx';
import { IncidentRow } from './incident-row.tsx';

const tabs: readonly { readonly key: IncidentState | ''; readonly name: string }[] = [
  { key: '', name: 'Needs someone' },
  { key: 'open', name: 'Open' },
  { key: 'acknowledged', name: 'Taken' },
  { key: 'resolved', name: 'Resolved' },
];

/** One row a cause. */
export function IncidentsPage() {
  const [state, change] = useUrlState();
  const incidents = useQuery(incidentsQuery);
  const tab = tabs.find((each) => each.key === state.state)?.key ?? '';
  const search = (state.q ?? '').toLowerCase();
  return (
    <div className="page incidents-page">
      <header className="page-head">
        <h1>Incidents</h1>
        <Segments
          label="Which incidents"
          choices={tabs}
          value={tab}
          onChange={(key) => change({ state: key || undefined })}
        />
        <SearchField label="Search incidents" />
      </header>
      <Loaded query={incidents} lines={6} what="the incidents">
        {(page) => {
          const of =
            tab === ''
              ? needsSomeone(page.items)
              : page.items.filter((each) => each.state === tab).sort((a, b) => b.startedAt - a.startedAt);
          const items = of.filter((each) =>
            `${each.title} ${each.pool} ${each.cause.component}`.toLowerCase().includes(search),
          );
          if (items.length === 0) {
            return (
              <Empty
                title={
                  search !== ''
                    ? 'No incident fits these words'
                    : tab === '' || tab === 'open'
                      ? 'Nothing needs you'
                      : 'None'
                }
              >
                {search === '' && (
                  <p className="muted">
                    An incident opens when an agent is lost, a signal leaves its band or an objective is missed, and
                    joins everything that has the same cause.
                  </p>
                )}
              </Empty>
            );
          }
          return (
            <ul className="incident-list">
              {items.map((incident) => (
                <IncidentRow key={incident.id} incident={incident} />
              ))}
            </ul>
          );
        }}
      </Loaded>
    </div>
  );
}

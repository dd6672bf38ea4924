import { useMemo, useRef } from 'react';
import { readList, useUrlState, writeList } from '../../app/url-state.ts';
import { agentSync } from '../../data/agent-rows.ts';
import { useAgentRows } from '../../data/use-agent-rows.ts';
import { ChoiceMenu } from '../../widgets/choice-menu.tsx';
import { Empty, Problem, SkeletonLines } from '../../widgets/page-states.tsx';
import { SearchField } from '../../widgets/search-field.tsx';
import { toneOf } from '../../widgets/state-mark.tsx';
import { phone, useMedia } from '../../widgets/use-media.ts';
import { FirstSteps } from '../overview/first-steps.tsx';
import { agentColumns, columnsFor, firstColumns } from './agent-columns.tsx';
import { AgentTable } from './agent-table.tsx';
import { agentStates, countBy, nextSort, parseSort, viewOf, writeSort } from './agent-view.ts';
import { useAgentFilter } from './use-agent-filter.ts';

/** Every agent, one row each. Filters, order and columns are in the URL. */
export function AgentsPage() {
  const [state, change] = useUrlState();
  const isPhone = useMedia(phone);
  const { rows, version, sync } = useAgentRows();
  const { filter, isAny, setFacet, clear } = useAgentFilter();
  const sort = useMemo(() => parseSort(state.sort), [state.sort]);
  const columns = useMemo(() => columnsFor(readList(state.cols)), [state.cols]);
  const isPointing = useRef(false);
  const held = useRef<{ view: Uint32Array; filter: unknown; sort: unknown; count: number } | null>(null);

  // While the pointer is over the rows their order is held, so that the row one is about to click stays where it is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are one array that is changed in place; `version` says when
  const view = useMemo(() => {
    const last = held.current;
    if (
      isPointing.current &&
      last !== null &&
      last.filter === filter &&
      last.sort === sort &&
      last.count === rows.length
    )
      return last.view;
    const next = viewOf(rows, filter, sort);
    held.current = { view: next, filter, sort, count: rows.length };
    return next;
  }, [version, filter, sort]);

  if (sync.status === 'failed') {
    return (
      <div className="page">
        <Problem title="Cannot show the agents" error={sync.error} retry={() => agentSync.readAgain()} />
      </div>
    );
  }
  if (sync.status === 'ready' && rows.length === 0) return <FirstSteps />;
  const facets = (
    <>
      <ChoiceMenu
        title="State"
        choices={agentStates.map((value) => ({ value, tone: toneOf(value) }))}
        chosen={filter.states}
        onChange={(values) => setFacet('state', values)}
      />
      <ChoiceMenu
        title="Pool"
        choices={countBy(rows, (row) => row.pool)}
        chosen={filter.pools}
        onChange={(values) => setFacet('pool', values)}
      />
      <ChoiceMenu
        title="Region"
        choices={countBy(rows, (row) => row.region)}
        chosen={filter.regions}
        onChange={(values) => setFacet('region', values)}
      />
      <ChoiceMenu
        title="Version"
        choices={countBy(rows, (row) => row.version)}
        chosen={filter.versions}
        onChange={(values) => setFacet('version', values)}
      />
    </>
  );
  return (
    <div className="page page-full agents-page">
      <header className="page-head">
        <h1>Agents</h1>
        <SearchField label="Search agents" placeholder="Name, pool or reason" className="agents-search" />
        {facets}
        {!isPhone && (
          <ChoiceMenu
            title="Columns"
            isQuiet
            choices={agentColumns
              .filter((column) => column.key !== 'agent')
              .map((column) => ({ value: column.key, label: column.title }))}
            chosen={columns.map((column) => column.key).filter((key) => key !== 'agent')}
            onChange={(values) =>
              change({
                cols:
                  values.toSorted().join() ===
                  firstColumns
                    .filter((key) => key !== 'agent')
                    .toSorted()
                    .join()
                    ? undefined
                    : writeList(values.length === 0 ? ['agent'] : values),
              })
            }
          />
        )}
        <p className="muted small agents-count" role="status">
          {sync.status === 'ready' && <StateCounts shown={view.length} total={rows.length} />}
          {isAny && (
            <button type="button" className="button button-quiet" onClick={clear}>
              Show all
            </button>
          )}
        </p>
      </header>
      {sync.status === 'loading' ? (
        <SkeletonLines count={16} height={32} />
      ) : view.length === 0 ? (
        <Empty title="No agent fits">
          <p className="muted">
            None of {rows.length.toLocaleString('en')} agents has all of this.{' '}
            <button type="button" className="button" onClick={clear}>
              Show all
            </button>
          </p>
        </Empty>
      ) : (
        <AgentTable
          rows={rows}
          view={view}
          version={version}
          columns={columns}
          sort={sort}
          onSort={(key) => change({ sort: writeSort(nextSort(sort, key)) })}
          onPointing={(is) => {
            isPointing.current = is;
          }}
        />
      )}
    </div>
  );
}

function StateCounts({ shown, total }: { shown: number; total: number }) {
  return (
    <span>
      {shown === total
        ? `${total.toLocaleString('en')} agents`
        : `${shown.toLocaleString('en')} of ${total.toLocaleString('en')}`}
    </span>
  );
}

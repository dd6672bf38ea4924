import type { Pool } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { memo, useMemo } from 'react';
import { useUrlState } from '../../app/url-state.ts';
import { seriesColor } from '../../chart/series-color.ts';
import { costNow, costParts } from '../../data/cost-now.ts';
import { poolsQuery, seriesQuery } from '../../data/queries.ts';
import { selector, sparseGrid } from '../../data/series.ts';
import { written } from '../../data/written.ts';
import { useWindow } from '../../time/use-window.ts';
import { ColumnHeads, num } from '../../widgets/column-heads.tsx';
import { DecisionLink, PoolLink } from '../../widgets/links.tsx';
import { Empty, Loaded } from '../../widgets/page-states.tsx';
import { ReplicaBar } from '../../widgets/replica-bar.tsx';
import { ScoreBar } from '../../widgets/score-bar.tsx';
import { SearchField } from '../../widgets/search-field.tsx';
import { Segments } from '../../widgets/segments.tsx';
import { SignalCell } from '../../widgets/signal-cell.tsx';
import { Sparkline } from '../../widgets/sparkline.tsx';
import { useGrowing } from '../../widgets/use-growing.ts';
import { FirstSteps } from '../overview/first-steps.tsx';
import { orderedPools, poolOrders } from './pool-order.ts';

/** Rows that are on the page to begin with: more than fit on a screen. */
const shownFirst = 60;

/** Is each pool the right size, and what did JAEGIS last do about it? */
export function PoolsPage() {
  const pools = useQuery(poolsQuery);
  const [state, change] = useUrlState();
  const search = state.q ?? '';
  const order = poolOrders.find(({ key }) => key === state.sort)?.key ?? 'name';
  const items = useMemo(() => orderedPools(pools.data?.items ?? [], search, order), [pools.data, search, order]);
  if (pools.data?.items.length === 0) return <FirstSteps />;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Pools</h1>
        <SearchField label="Search pools" />
        <Segments
          label="Order"
          choices={poolOrders}
          value={order}
          onChange={(key) => change({ sort: key === 'name' ? undefined : key })}
        />
        {pools.data !== undefined && <Count shown={items.length} total={pools.data.total} />}
      </header>
      <Loaded query={pools} lines={8} what="the pools">
        {() =>
          items.length === 0 ? (
            <Empty title="No pool is called like that" />
          ) : (
            <PoolTable key={`${order}:${search}`} pools={items} />
          )
        }
      </Loaded>
    </div>
  );
}

function Count({ shown, total }: { shown: number; total: number }) {
  const all = `${total.toLocaleString('en')} ${total === 1 ? 'pool' : 'pools'}`;
  return (
    <p className="small muted" role="status">
      {shown === total ? all : `${shown.toLocaleString('en')} of ${all}`}
    </p>
  );
}

function PoolTable({ pools }: { pools: readonly Pool[] }) {
  const window = useWindow();
  const { count, end } = useGrowing(pools.length, shownFirst);
  const shown = pools.slice(0, count);
  const which = pools.length > shownFirst ? { pool: shown.map(({ name }) => name) } : {};
  const grid = useMemo(() => sparseGrid(window), [window]);
  const demand = useQuery(seriesQuery(selector('jaegis_pool_signal', { ...which, signal: 'request_rate' }), grid)).data;
  const demandOf = useMemo(
    () => new Map(demand?.series.map(({ labels, values }) => [labels['pool'], values])),
    [demand],
  );
  return (
    <div className="table-scroll">
      <table className="table pool-table">
        <ColumnHeads
          columns={[
            'Pool',
            'Score',
            'Mode',
            'Replicas',
            'Demand',
            num('Demand now', <span className="sr-only">Demand now</span>),
            num('In use'),
            num('P95'),
            num('Errors'),
            num('Queue'),
            num('Cost'),
            'Last decision',
          ]}
        />
        <tbody>
          {shown.map((pool) => (
            <PoolRow key={pool.name} pool={pool} demand={demandOf.get(pool.name) ?? nothing} />
          ))}
        </tbody>
      </table>
      {count < pools.length && (
        <p ref={end} className="small muted">
          +{(pools.length - count).toLocaleString('en')} more
        </p>
      )}
    </div>
  );
}

const nothing: readonly never[] = [];

/** Drawn anew only for a pool that changed. */
const PoolRow = memo(function PoolRow({ pool, demand }: { pool: Pool; demand: readonly (number | null)[] }) {
  const cost = costNow(pool);
  return (
    <tr>
      <th scope="row">
        <PoolLink name={pool.name} isRow />
        {pool.reasons[0] !== undefined && <span className="small muted pool-reason">{pool.reasons[0]}</span>}
      </th>
      <td data-label="Score">
        <ScoreBar score={pool.score} label={pool.name} />
      </td>
      <td data-label="Mode">{pool.target === null ? <span className="faint">watched</span> : pool.mode}</td>
      <td data-label="Replicas">
        <ReplicaBar pool={pool} />
      </td>
      <td className="spark-cell">
        <Sparkline values={demand} color={seriesColor('request_rate')} label={`Demand of ${pool.name}`} />
      </td>
      <SignalCell signal="request_rate" value={pool.signals.request_rate} label="Demand" />
      <SignalCell signal="saturation" value={pool.signals.saturation} label="In use" isBad={(value) => value > 1} />
      <SignalCell signal="latency_p95" value={pool.signals.latency_p95} label="P95" />
      <SignalCell signal="error_rate" value={pool.signals.error_rate} label="Errors" isBad={(value) => value > 0.05} />
      <SignalCell signal="queue_length" value={pool.signals.queue_length} label="Queue" />
      <td className="num" data-label="Cost" title={costParts(cost)}>
        {written(cost.total, 'usd/h')}
      </td>
      <td className="pool-decision" data-label="Last decision">
        {pool.lastDecision === null ? (
          <span className="faint">none yet</span>
        ) : (
          <DecisionLink id={pool.lastDecision.id}>
            {pool.lastDecision.from !== pool.lastDecision.to && (
              <span className="strong">
                {pool.lastDecision.from} → {pool.lastDecision.to}{' '}
              </span>
            )}
            <span className="muted">{pool.lastDecision.message}</span>
          </DecisionLink>
        )}
      </td>
    </tr>
  );
});

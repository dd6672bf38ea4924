import type { Pool } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { useUrlState } from '../../app/url-state.ts';
import { seriesColor } from '../../chart/series-color.ts';
import { poolsQuery, seriesQuery } from '../../data/queries.ts';
import { selector } from '../../data/series.ts';
import { written } from '../../data/written.ts';
import { useWindow } from '../../time/use-window.ts';
import { ColumnHeads, num } from '../../widgets/column-heads.tsx';
import { DecisionLink, PoolLink } from '../../widgets/links.tsx';
import { Empty, Loaded } from '../../widgets/page-states.tsx';
import { ReplicaBar } from '../../widgets/replica-bar.tsx';
import { ScoreBar } from '../../widgets/score-bar.tsx';
import { SignalCell } from '../../widgets/signal-cell.tsx';
import { Sparkline } from '../../widgets/sparkline.tsx';
import { FirstSteps } from '../overview/first-steps.tsx';

/** Is each pool the right size, and what did JAEGIS last do about it? */
export function PoolsPage() {
  const pools = useQuery(poolsQuery);
  const [state, change] = useUrlState();
  const search = (state.q ?? '').toLowerCase();
  if (pools.data?.items.length === 0) return <FirstSteps />;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Pools</h1>
        <input
          type="search"
          className="field"
          placeholder="Search pools"
          aria-label="Search pools"
          value={state.q ?? ''}
          onChange={(event) => change({ q: event.target.value || undefined }, 'replace')}
        />
      </header>
      <Loaded query={pools} lines={8} what="the pools">
        {(page) => {
          const items = page.items
            .filter((pool) => pool.name.toLowerCase().includes(search))
            .sort((a, b) => a.name.localeCompare(b.name));
          return items.length === 0 ? <Empty title="No pool is called like that" /> : <PoolTable pools={items} />;
        }}
      </Loaded>
    </div>
  );
}

function PoolTable({ pools }: { pools: readonly Pool[] }) {
  const window = useWindow();
  const demand = useQuery(seriesQuery(selector('jaegis_pool_signal', { signal: 'request_rate' }), window));
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
          {pools.map((pool) => (
            <tr key={pool.name}>
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
                <Sparkline
                  values={demand.data?.series.find((each) => each.labels['pool'] === pool.name)?.values ?? []}
                  color={seriesColor('request_rate')}
                  label={`Demand of ${pool.name}`}
                />
              </td>
              <SignalCell signal="request_rate" value={pool.signals.request_rate} label="Demand" />
              <SignalCell
                signal="saturation"
                value={pool.signals.saturation}
                label="In use"
                isBad={(value) => value > 1}
              />
              <SignalCell signal="latency_p95" value={pool.signals.latency_p95} label="P95" />
              <SignalCell
                signal="error_rate"
                value={pool.signals.error_rate}
                label="Errors"
                isBad={(value) => value > 0.05}
              />
              <SignalCell signal="queue_length" value={pool.signals.queue_length} label="Queue" />
              <td className="num" data-label="Cost">
                {written(pool.signals.cost_rate?.value, 'usd/h')}
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
          ))}
        </tbody>
      </table>
    </div>
  );
}

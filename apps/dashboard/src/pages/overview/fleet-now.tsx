import type { Pool, SignalName } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { costNow } from '../../data/cost-now.ts';
import { poolsQuery } from '../../data/queries.ts';
import { written } from '../../data/written.ts';
import { PoolLink } from '../../widgets/links.tsx';

/** The whole fleet in four numbers: what waits, what is slowest, what is used and what it costs. */
export function FleetNow() {
  const pools = useQuery(poolsQuery).data?.items;
  if (pools === undefined || pools.length === 0) return null;
  const slowest = slowestOf(pools);
  return (
    <dl className="fleet-now">
      <div>
        <dt>Waiting</dt>
        <dd>{written(sumOf(pools, 'queue_length'), 'count')}</dd>
      </div>
      <div>
        <dt>Slowest P95</dt>
        <dd>
          {slowest === undefined ? (
            '–'
          ) : (
            <>
              {written(slowest.signals.latency_p95?.value, 'seconds')}{' '}
              <span className="small muted">
                <PoolLink name={slowest.name} />
              </span>
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Tokens</dt>
        <dd>{written(sumOf(pools, 'tokens_rate'), '1/s')}</dd>
      </div>
      <div>
        <dt>Cost</dt>
        <dd title="Replicas where a price is configured, and what agents report">
          {written(sumKnown(pools.map((pool) => costNow(pool).total)), 'usd/h')}
        </dd>
      </div>
    </dl>
  );
}

function sumOf(pools: readonly Pool[], signal: SignalName): number | null {
  return sumKnown(pools.map((pool) => pool.signals[signal]?.value));
}

/** `null` when no pool knows it: nothing known is not zero. */
function sumKnown(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function slowestOf(pools: readonly Pool[]): Pool | undefined {
  const value = (pool: Pool) => pool.signals.latency_p95?.value ?? -1;
  return pools.filter((pool) => value(pool) >= 0).toSorted((a, b) => value(b) - value(a))[0];
}

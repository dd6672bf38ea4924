import type { Pool } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { costNow } from '../../data/cost-now.ts';
import { seriesQuery } from '../../data/queries.ts';
import { type Grid, selector } from '../../data/series.ts';
import { written } from '../../data/written.ts';
import { useNow } from '../../time/clock-store.ts';
import { costToday } from './cost-today.ts';

const stepMs = 60_000;

/** What the pool has cost since midnight, beside what its largest size of today would have cost all the while. */
export function PoolCost({ pool }: { pool: Pool }) {
  const now = useNow(stepMs);
  const grid = useMemo<Grid>(() => ({ from: new Date(now).setHours(0, 0, 0, 0), to: now, stepMs }), [now]);
  const replicas = useQuery(seriesQuery(selector('jaegis_pool_replicas', { pool: pool.name, state: 'ready' }), grid));
  const costs = useQuery(seriesQuery(selector('jaegis_pool_signal', { pool: pool.name, signal: 'cost_rate' }), grid));
  const price = pool.costPerReplicaHour;
  const cost = costToday({
    replicas: replicas.data?.series[0]?.values ?? [],
    costRates: costs.data?.series[0]?.values ?? [],
    pricePerReplica: price,
    stepMs,
  });
  const { replicas: ofReplicas, reported } = costNow(pool);
  const rate = ofReplicas ?? reported;
  if (cost === null && rate === null)
    return (
      <p className="muted">
        {replicas.isPending ? (
          'Adding up.'
        ) : (
          <>
            Not known. <code>cost: {'{ per_replica_hour: 0.12 }'}</code> in the pool's configuration says what a replica
            costs.
          </>
        )}
      </p>
    );
  return (
    <>
      <p className="brief-number">
        {written(cost?.spent ?? null, 'usd')}{' '}
        <span className="brief-unit">since midnight, {written(rate, 'usd/h')} now</span>
      </p>
      {cost !== null && cost.atPeak !== null && (
        <p>
          <span className="strong">{savedText(cost.spent, cost.atPeak)}</span> {cost.peak}{' '}
          {cost.peak === 1 ? 'replica' : 'replicas'} all the while ({written(cost.atPeak, 'usd')}), its largest size
          today
        </p>
      )}
      {price !== null && reported !== null && (
        <p className="small muted">Its agents report {written(reported, 'usd/h')} for what they call.</p>
      )}
    </>
  );
}

function savedText(spent: number, atPeak: number): string {
  const percent = Math.round((1 - spent / Math.max(atPeak, 1e-9)) * 100);
  return percent <= 0 ? 'As much as' : `${percent} % less than`;
}

import type { Pool } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { seriesQuery } from '../../data/queries.ts';
import { type Grid, selector } from '../../data/series.ts';
import { written } from '../../data/written.ts';
import { useNow } from '../../time/clock-store.ts';
import { Section } from '../../widgets/section.tsx';
import { costToday } from './cost-today.ts';

const stepMs = 300_000;

/** What the pool has cost since midnight, beside what its largest size of today would have cost all the while. */
export function PoolCost({ pool }: { pool: Pool }) {
  const now = useNow(stepMs);
  const grid = useMemo<Grid>(() => ({ from: new Date(now).setHours(0, 0, 0, 0), to: now, stepMs }), [now]);
  const replicas = useQuery(seriesQuery(selector('jaegis_pool_replicas', { pool: pool.name, state: 'ready' }), grid));
  const costs = useQuery(seriesQuery(selector('jaegis_pool_signal', { pool: pool.name, signal: 'cost_rate' }), grid));
  const decision = pool.lastDecision;
  const price =
    decision?.predicted.costPerHour != null && decision.to > 0 ? decision.predicted.costPerHour / decision.to : null;
  const cost = costToday({
    replicas: replicas.data?.series[0]?.values ?? [],
    costRates: costs.data?.series[0]?.values ?? [],
    pricePerReplica: price,
    stepMs,
  });
  return (
    <Section title="Cost today">
      {cost === null ? (
        <p className="muted small">
          {replicas.isPending ? 'Adding up.' : 'Not known: no price per replica is configured and none was reported.'}
        </p>
      ) : (
        <dl className="facts">
          <div>
            <dt>Since midnight</dt>
            <dd className="strong">{written(cost.spent, 'usd')}</dd>
          </div>
          {cost.atPeak !== null && (
            <div>
              <dt>At {cost.peak} replicas all day</dt>
              <dd>
                {written(cost.atPeak, 'usd')}{' '}
                <span className="muted">
                  ({Math.round((1 - cost.spent / Math.max(cost.atPeak, 1e-9)) * 100)} % saved)
                </span>
              </dd>
            </div>
          )}
          <div>
            <dt>Now</dt>
            <dd>{written(decision?.predicted.costPerHour ?? pool.signals.cost_rate?.value, 'usd/h')}</dd>
          </div>
          {price !== null && pool.signals.cost_rate?.value != null && (
            <div>
              <dt>Its agents report</dt>
              <dd>{written(pool.signals.cost_rate.value, 'usd/h')}</dd>
            </div>
          )}
        </dl>
      )}
    </Section>
  );
}

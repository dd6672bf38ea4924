import type { Pool } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Chart } from '../../chart/chart.tsx';
import { demandData } from '../../chart/demand-data.ts';
import { seriesQuery } from '../../data/queries.ts';
import { selector } from '../../data/series.ts';
import { useWindow } from '../../time/use-window.ts';
import { Section } from '../../widgets/section.tsx';
import { useDecisionMarks } from './use-decision-marks.ts';
import { usePoolForecast } from './use-pool-forecast.ts';

const nothing: readonly never[] = [];

/** Demand, what the ready replicas carry, and the forecast: its middle, its band and the quantile that is planned for. */
export function PoolDemand({ pool }: { pool: Pool }) {
  const window = useWindow();
  const demand = useQuery(
    seriesQuery(selector('jaegis_pool_signal', { signal: 'request_rate', pool: pool.name }), window),
  );
  const ready = useQuery(seriesQuery(selector('jaegis_pool_replicas', { state: 'ready', pool: pool.name }), window));
  const { forecast, futureMs } = usePoolForecast(pool, window);
  const marks = useDecisionMarks(pool.name, window);
  const grid = demand.data?.grid ?? window;
  const quantileInUse = pool.policy?.quantile ?? null;
  const capacityPerReplica = pool.capacity?.perReplica ?? null;
  const data = useMemo(
    () =>
      demandData({
        grid,
        demand: demand.data?.series[0]?.values ?? nothing,
        ready: ready.data?.series[0]?.values ?? nothing,
        capacityPerReplica,
        forecast,
        quantileInUse,
        futureMs,
      }),
    [grid, demand.data, ready.data, capacityPerReplica, forecast, quantileInUse, futureMs],
  );
  const trust =
    forecast === undefined
      ? 'no forecast yet'
      : `${forecast.model}, ${forecast.trust <= 0 ? 'not relied on' : `trusted ${Math.round(forecast.trust * 100)} %`}${quantileInUse === null ? '' : `, planned for P${Math.round(quantileInUse * 100)}`}`;
  return (
    <Section title="Demand and forecast" aside={<span className="small muted">{trust}</span>}>
      <Chart
        title="Requests"
        unit="1/s"
        times={data.times}
        series={data.series}
        bands={data.bands}
        marks={marks}
        now={data.bands.length > 0 ? grid.to : undefined}
        until={futureMs > 0 ? grid.to + futureMs : undefined}
        height={220}
        state={demand.isPending ? 'loading' : demand.isError ? 'failed' : 'ready'}
      />
    </Section>
  );
}

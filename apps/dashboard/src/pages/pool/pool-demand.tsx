import type { ForecastReach, Pool } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Chart } from '../../chart/chart.tsx';
import { demandData } from '../../chart/demand-data.ts';
import { forecastsQuery, seriesQuery } from '../../data/queries.ts';
import { selector } from '../../data/series.ts';
import { useWindow } from '../../time/use-window.ts';
import { Section } from '../../widgets/section.tsx';
import { useDecisionMarks } from './use-decision-marks.ts';

const hourMs = 3_600_000;
/** How much of the past is in view, and which forecast goes with it. */
const reaches: readonly { readonly reach: ForecastReach; readonly from: number; readonly futureMs: number }[] = [
  { reach: 'week', from: 72 * hourMs, futureMs: 168 * hourMs },
  { reach: 'day', from: 6 * hourMs, futureMs: 24 * hourMs },
  { reach: 'hour', from: 0, futureMs: hourMs },
];
const nothing: readonly never[] = [];

/** Demand, what the ready replicas carry, and the forecast: its middle, its band and the quantile that is planned for. */
export function PoolDemand({ pool }: { pool: Pool }) {
  const window = useWindow();
  const demand = useQuery(
    seriesQuery(selector('jaegis_pool_signal', { signal: 'request_rate', pool: pool.name }), window),
  );
  const ready = useQuery(seriesQuery(selector('jaegis_pool_replicas', { state: 'ready', pool: pool.name }), window));
  const forecasts = useQuery(forecastsQuery({ pool: pool.name, signal: 'request_rate' })).data?.items ?? nothing;
  const length = window.to - window.from;
  // The farthest that goes with the view and is known already; a young fleet has the hour only.
  const { forecast, futureMs } = reaches
    .filter(({ from }) => length > from)
    .map(({ reach, futureMs }) => ({ forecast: forecasts.find((each) => (each.reach ?? 'hour') === reach), futureMs }))
    .reduce((best, each) => (best.forecast === undefined ? each : best));
  const marks = useDecisionMarks(pool.name, window);
  const grid = demand.data?.grid ?? window;
  const quantileInUse = pool.policy?.quantile ?? null;
  const capacityPerReplica = pool.lastDecision?.inputs.capacityPerReplica ?? null;
  const reachMs = window.isLive ? Math.min(futureMs, length) : 0;
  const data = useMemo(
    () =>
      demandData({
        grid,
        demand: demand.data?.series[0]?.values ?? nothing,
        ready: ready.data?.series[0]?.values ?? nothing,
        capacityPerReplica,
        forecast,
        quantileInUse,
        futureMs: reachMs,
      }),
    [grid, demand.data, ready.data, capacityPerReplica, forecast, quantileInUse, reachMs],
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
        until={window.isLive && forecast !== undefined ? grid.to + reachMs : undefined}
        height={220}
        state={demand.isPending ? 'loading' : demand.isError ? 'failed' : 'ready'}
      />
    </Section>
  );
}

import type { Forecast, Pool } from '@jaegis/model';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Chart } from '../../chart/chart.tsx';
import { demandData } from '../../chart/demand-data.ts';
import { forecastsQuery, poolsQuery, seriesQuery } from '../../data/queries.ts';
import { type Grid, type GridSeries, selector } from '../../data/series.ts';
import { signalText } from '../../data/signal-words.ts';
import { futureOf, leastFutureMs } from '../../time/future.ts';
import { type TimeWindow, useWindow } from '../../time/use-window.ts';
import { PoolLink } from '../../widgets/links.tsx';
import { Loaded } from '../../widgets/page-states.tsx';
import { Section } from '../../widgets/section.tsx';
import { Glyph, toneOfScore } from '../../widgets/state-mark.tsx';

const shown = 9;
const nothing: readonly never[] = [];

/** Is the fleet the right size? Load against capacity for each pool, and the forecast of the next hour. */
export function PoolLoads() {
  const pools = useQuery(poolsQuery);
  return (
    <Section title="Load against capacity" aside={<Legend />}>
      <Loaded query={pools} lines={6} what="the pools">
        {(page) => <PoolCharts pools={page.items} />}
      </Loaded>
    </Section>
  );
}

/** One for all charts below it; each says its own numbers beside its name. */
function Legend() {
  return (
    <ul className="chart-legend small muted" aria-label="Legend, requests a second">
      <li>requests/s:</li>
      <LegendEntry color="--s0" name="arriving" />
      <LegendEntry color="--muted" name="capacity" />
      <LegendEntry color="--s0" form="dashed" name="forecast" />
      <LegendEntry color="--s3" form="dashed" name="planned for" />
    </ul>
  );
}

function LegendEntry({ color, form = 'line', name }: { color: string; form?: string; name: string }) {
  return (
    <li>
      <span className="swatch" data-form={form} style={{ color: `var(${color})` }} aria-hidden="true" />
      {name}
    </li>
  );
}

function PoolCharts({ pools }: { pools: readonly Pool[] }) {
  const window = useWindow();
  // The order is by name and not by load: a chart that one knows stays where it is.
  const ordered = useMemo(
    () =>
      [...pools]
        .sort((a, b) => a.score - b.score || a.name.localeCompare(b.name))
        .slice(0, shown)
        .sort((a, b) => a.name.localeCompare(b.name)),
    [pools],
  );
  // Of a thousand pools only those that are shown are asked for.
  const names = pools.length > shown ? ordered.map(({ name }) => name) : undefined;
  const which = names === undefined ? {} : { pool: names };
  const demand = useQuery(seriesQuery(selector('jaegis_pool_signal', { ...which, signal: 'request_rate' }), window));
  const ready = useQuery(seriesQuery(selector('jaegis_pool_replicas', { ...which, state: 'ready' }), window));
  const forecasts = useQueries({
    queries: (names ?? [undefined]).map((pool) =>
      forecastsQuery({ ...(pool && { pool }), signal: 'request_rate', reach: 'hour' }),
    ),
  }).flatMap(({ data }) => data?.items ?? nothing);
  if (pools.length === 0) return <p className="muted">No pools yet.</p>;
  return (
    <>
      <div className="small-multiples">
        {ordered.map((pool) => (
          <PoolChart
            key={pool.name}
            pool={pool}
            window={window}
            grid={demand.data?.grid}
            demand={find(demand.data?.series, pool.name)}
            ready={find(ready.data?.series, pool.name)}
            forecast={forecasts.find(
              (each) =>
                each.series['pool'] === pool.name && (each.series['signal'] ?? 'request_rate') === 'request_rate',
            )}
            state={demand.isPending ? 'loading' : demand.isError ? 'failed' : 'ready'}
          />
        ))}
      </div>
      {pools.length > ordered.length && (
        <Link to="/pools" className="text-link small">
          +{pools.length - ordered.length} more pools
        </Link>
      )}
    </>
  );
}

function find(series: readonly GridSeries[] | undefined, pool: string): readonly (number | null)[] {
  return series?.find((each) => each.labels['pool'] === pool)?.values ?? nothing;
}

interface PoolChartProps {
  readonly pool: Pool;
  readonly window: TimeWindow;
  readonly grid: Grid | undefined;
  readonly demand: readonly (number | null)[];
  readonly ready: readonly (number | null)[];
  readonly forecast: Forecast | undefined;
  readonly state: 'loading' | 'ready' | 'failed';
}

function PoolChart({ pool, window, grid, demand, ready, forecast, state }: PoolChartProps) {
  const capacityPerReplica = pool.capacity?.perReplica ?? null;
  const quantileInUse = pool.policy?.quantile ?? null;
  const data = useMemo(
    () =>
      demandData({
        grid: grid ?? window,
        demand,
        ready,
        capacityPerReplica,
        forecast,
        quantileInUse,
        futureMs: futureOf(window),
      }),
    [grid, window, demand, ready, capacityPerReplica, forecast, quantileInUse],
  );
  const saturation = pool.signals.saturation?.value;
  const upper = forecast?.quantiles[String(quantileInUse ?? 0.5)] ?? forecast?.mean;
  const peak =
    upper === undefined || upper.length === 0
      ? null
      : Math.max(...upper.slice(0, leastFutureMs / (forecast?.step ?? leastFutureMs)));
  return (
    <article className="pool-chart">
      <header className="row spread">
        <h3 className="cut">
          <Glyph tone={toneOfScore(pool.score)} /> <PoolLink name={pool.name} isRow />
        </h3>
        <span className="small muted pool-chart-facts">
          {peak !== null && window.isLive && (
            <span title="The highest demand of the next hour">peak {signalText('request_rate', peak)}</span>
          )}
          {saturation != null && (
            <span className={saturation > 1 ? 'bad-text' : ''}>{signalText('saturation', saturation)} used</span>
          )}
          <span>
            {pool.currentReplicas.ready}
            {pool.currentReplicas.pending > 0 && ` +${pool.currentReplicas.pending}`} ready
          </span>
        </span>
      </header>
      <Chart
        title="Requests"
        unit="1/s"
        times={data.times}
        series={data.series}
        bands={data.bands}
        now={data.bands.length > 0 ? (grid ?? window).to : undefined}
        height={120}
        hasHead={false}
        until={forecast !== undefined && window.isLive ? (grid ?? window).to + futureOf(window) : undefined}
        state={state}
      />
    </article>
  );
}

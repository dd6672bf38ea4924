import type { Pool } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Chart } from '../../chart/chart.tsx';
import type { ChartSeries } from '../../chart/chart-types.ts';
import { seriesQuery } from '../../data/queries.ts';
import { type GridSeries, gridTimes, selector } from '../../data/series.ts';
import { useWindow } from '../../time/use-window.ts';
import { Section } from '../../widgets/section.tsx';
import { useDecisionMarks } from './use-decision-marks.ts';
import { usePoolForecast } from './use-pool-forecast.ts';

/** Replicas over time as steps: ready, ready with what was ordered, desired; each decision a flag with its reason. */
export function PoolReplicas({ pool }: { pool: Pool }) {
  const window = useWindow();
  const replicas = useQuery(seriesQuery(selector('jaegis_pool_replicas', { pool: pool.name }), window));
  // As far as the chart of demand above it, so that both have the same time scale.
  const { futureMs } = usePoolForecast(pool, window);
  const marks = useDecisionMarks(pool.name, window);
  const grid = replicas.data?.grid ?? window;
  const found = replicas.data?.series;
  const series = useMemo(() => replicaSeries(found ?? []), [found]);
  return (
    <Section title="Replicas" aside={<span className="small muted">flags are decisions: open one for its story</span>}>
      <Chart
        title="Replicas"
        unit="count"
        times={gridTimes(grid)}
        series={series}
        marks={marks}
        until={futureMs > 0 ? grid.to + futureMs : undefined}
        now={futureMs > 0 ? grid.to : undefined}
        height={160}
        state={replicas.isPending ? 'loading' : replicas.isError ? 'failed' : 'ready'}
      />
    </Section>
  );
}

/** `ordered` is drawn on top of what is ready, because that is what there will be. */
export function replicaSeries(found: readonly GridSeries[]): ChartSeries[] {
  const of = (state: string) => found.find((each) => each.labels['state'] === state)?.values;
  const ready = of('ready');
  const pending = of('pending');
  const desired = of('desired');
  const series: ChartSeries[] = [];
  if (ready !== undefined) series.push({ key: 'ready', label: 'Ready', color: '--s1', values: ready, form: 'step' });
  if (ready !== undefined && pending !== undefined) {
    const values = ready.map((value, i) => (value === null || pending[i] == null ? value : value + pending[i]!));
    series.push({ key: 'ordered', label: 'Ready and ordered', color: '--faint', values, form: 'step' });
  }
  if (desired !== undefined)
    series.push({ key: 'desired', label: 'Desired', color: '--s3', values: desired, form: 'step' });
  return series;
}

import type { Link } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Chart } from '../../chart/chart.tsx';
import { seriesQuery } from '../../data/queries.ts';
import { gridTimes, selector } from '../../data/series.ts';
import { useWindow } from '../../time/use-window.ts';

/** The rate of a link over the window of the page. */
export function LinkChart({ link }: { link: Link }) {
  const window = useWindow();
  const rate = useQuery(
    seriesQuery(
      selector('jaegis_link_signal', { signal: 'request_rate', source: link.source, target: link.target }),
      window,
    ),
  );
  const grid = rate.data?.grid ?? window;
  const values = rate.data?.series[0]?.values;
  const series = useMemo(
    () => [{ key: 'rate', label: 'Rate', color: '--s0', values: values ?? [], form: 'area' as const }],
    [values],
  );
  return (
    <Chart
      title="Requests"
      unit="1/s"
      times={gridTimes(grid)}
      series={series}
      height={120}
      state={rate.isPending ? 'loading' : rate.isError ? 'failed' : 'ready'}
    />
  );
}

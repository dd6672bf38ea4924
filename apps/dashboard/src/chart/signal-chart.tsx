import type { Bands, SignalName } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { bandsQuery, seriesQuery } from '../data/queries.ts';
import { alignToGrid, type Grid, type GridSeries, gridTimes, selector } from '../data/series.ts';
import { signalName, signalUnit } from '../data/signal-words.ts';
import { useWindow } from '../time/use-window.ts';
import { Chart } from './chart.tsx';
import type { ChartBand, ChartMark, ChartSeries } from './chart-types.ts';
import { colorSlot } from './series-color.ts';
import { SignalFeedback } from './signal-feedback.tsx';

interface SignalChartProps {
  readonly title: string;
  readonly of: { readonly agent: string } | { readonly pool: string };
  /** The first is the one whose band is drawn. */
  readonly signals: readonly SignalName[];
  /** The pool whose own signal is drawn thin, for comparison. */
  readonly peers?: string;
  /** Whose alarms of the first signal a person may judge here. */
  readonly judged?: string;
  readonly marks?: readonly ChartMark[];
  readonly height?: number;
}

/** Signals of an agent or pool over the page's window, with the expected band and the anomaly ribbon of the first. */
export function SignalChart({ title, of, signals, peers, judged, marks, height = 148 }: SignalChartProps) {
  const window = useWindow();
  const [first, second] = signals;
  const metric = 'agent' in of ? 'jaegis_agent_signal' : 'jaegis_pool_signal';
  const labels: Record<string, string> = 'agent' in of ? { instance_id: of.agent } : { pool: of.pool };
  const a = useQuery(seriesQuery(selector(metric, { ...labels, signal: first ?? '' }), window));
  const b = useQuery(seriesQuery(second === undefined ? '' : selector(metric, { ...labels, signal: second }), window));
  const c = useQuery(
    seriesQuery(
      peers === undefined ? '' : selector('jaegis_pool_signal', { pool: peers, signal: first ?? '' }),
      window,
    ),
  );
  const bands = useQuery(bandsQuery({ ...of, signal: first ?? '' }, window));
  const grid: Grid = a.data?.grid ?? window;
  const { from, to, stepMs } = grid;
  const data = useMemo(() => {
    const own = { from, to, stepMs };
    const length = gridTimes(own).length;
    const lines: ChartSeries[] = [];
    const line = (key: string, found: readonly GridSeries[] | undefined) =>
      lineOf(key, signalName(key), { color: `--s${colorSlot(key)}`, found, length, form: 'line' });
    lines.push(line(first ?? '', a.data?.series));
    if (second !== undefined) lines.push(line(second, b.data?.series));
    if (peers !== undefined)
      lines.push(lineOf('peers', 'Pool', { color: '--faint', found: c.data?.series, length, form: 'quiet' }));
    return { times: gridTimes(own), lines, ...bandOf(bands.data, own) };
  }, [from, to, stepMs, a.data, b.data, c.data, bands.data, first, second, peers]);
  const state = a.isPending ? 'loading' : a.isError ? 'failed' : 'ready';
  return (
    <Chart
      title={title}
      unit={signalUnit(first ?? '')}
      times={data.times}
      series={data.lines}
      bands={data.bands}
      ribbon={data.ribbon}
      height={height}
      state={state}
      {...(marks === undefined ? {} : { marks })}
      {...(judged === undefined ? {} : { aside: <SignalFeedback pool={judged} signal={first ?? ''} /> })}
    />
  );
}

function lineOf(
  key: string,
  label: string,
  options: { color: string; found: readonly GridSeries[] | undefined; length: number; form: 'line' | 'quiet' },
): ChartSeries {
  const values = options.found?.[0]?.values;
  // An answer for another window than the first series' waits for the next frame.
  const fits = values !== undefined && values.length === options.length;
  return {
    key,
    label,
    color: options.color,
    values: fits ? values : new Array<null>(options.length).fill(null),
    form: options.form,
  };
}

function bandOf(bands: Bands | undefined, grid: Grid): { bands: ChartBand[]; ribbon: (number | null)[] } {
  if (bands === undefined || bands.times.length === 0) return { bands: [], ribbon: [] };
  const tolerance = Math.max(grid.stepMs * 1.5, 16_000);
  const on = (values: readonly (number | null)[]) => alignToGrid({ times: bands.times, values }, grid, tolerance);
  return { bands: [{ label: 'expected', lower: on(bands.lower), upper: on(bands.upper) }], ribbon: on(bands.score) };
}

import { useRouter } from '@tanstack/react-router';
import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import { written } from '../data/written.ts';
import 'uplot/dist/uPlot.min.css';
import { useTheme } from '../app/theme.ts';
import { setHovering } from '../time/clock-store.ts';
import { useRangeActions } from '../time/use-window.ts';
import { clockSeconds } from '../time/words.ts';
import { drawOverlay, type Overlay } from './chart-drawing.ts';
import { chartOptions, columnsOf, highestOf, shapeOf } from './chart-options.ts';
import type { ChartProps } from './chart-types.ts';
import { placeMarks } from './mark-flags.ts';

const none: readonly never[] = [];

/** The one chart of the dashboard: lines on uPlot, bands behind, ribbon and marks, a crosshair shared over the page. */
export function Chart(props: ChartProps) {
  const { title, unit, times, series, bands = none, height = 160, sync = 'page', state = 'ready' } = props;
  const shape = shapeOf(series, bands, unit);
  const host = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  const moment = useRef<HTMLSpanElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const theme = useTheme();
  const { zoom } = useRangeActions();
  const zoomTo = useRef(zoom);
  zoomTo.current = zoom;
  const router = useRouter();
  const data = useMemo(() => columnsOf(times, series, bands), [times, series, bands]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new uPlot only for a new shape; numbers go in by setData below
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const overlay = (): Overlay => ({
      ribbon: latest.current.ribbon,
      marks: latest.current.marks ?? none,
      now: latest.current.now,
    });
    const u = new uPlot(
      chartOptions({
        width: element.clientWidth || 300,
        height: latest.current.height ?? 160,
        unit,
        series,
        bands,
        sync,
        reach: () => latest.current.reach ?? 0,
        highest: () => highestOf(latest.current.series),
        until: () => (latest.current.until === undefined ? undefined : latest.current.until / 1_000),
        hooks: {
          drawClear: [],
          draw: [
            (chart) => drawOverlay(chart, overlay()),
            (chart) => placeMarks(chart, latest.current.marks ?? none, (href) => router.history.push(href)),
          ],
          setCursor: [
            (chart) => writeLegend(chart, { legend: legend.current, moment: moment.current, props: latest.current }),
          ],
          setSelect: [
            (chart) => {
              if (chart.select.width < 4) return;
              const from = chart.posToVal(chart.select.left, 'x') * 1_000;
              const to = chart.posToVal(chart.select.left + chart.select.width, 'x') * 1_000;
              chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              if (latest.current.canZoom !== false) zoomTo.current(from, to);
            },
          ],
        },
      }),
      columnsOf(latest.current.times, series, bands),
      element,
    );
    plot.current = u;
    const enter = () => setHovering(true);
    const leave = () => setHovering(false);
    u.over.addEventListener('pointerenter', enter);
    u.over.addEventListener('pointerleave', leave);
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== u.width) u.setSize({ width, height: u.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      leave();
      u.destroy();
      plot.current = undefined;
    };
  }, [shape, sync, router]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: marks, ribbon and theme are read while drawing
  useEffect(() => {
    const u = plot.current;
    if (u === undefined) return;
    u.setData(data, true);
    writeLegend(u, { legend: legend.current, moment: moment.current, props: latest.current });
  }, [data, props.marks, props.ribbon, props.now, props.until, theme, shape]);

  useEffect(() => {
    const u = plot.current;
    if (u !== undefined && u.height !== height) u.setSize({ width: u.width, height });
  }, [height]);

  const isEmpty = state === 'ready' && series.every((each) => each.values.every((value) => value === null));
  return (
    <figure className="chart" data-state={isEmpty ? 'empty' : state}>
      <figcaption className={props.hasHead === false ? 'sr-only' : 'chart-head'}>
        <span className="chart-title">{title}</span>
        <ul className="chart-legend" ref={legend} aria-label={`${title}, newest values`}>
          {series.map((each) => (
            <li key={each.key}>
              <span
                className="swatch"
                data-form={each.form ?? 'line'}
                style={{ color: `var(${each.color})` }}
                aria-hidden="true"
              />
              <span className="muted">{each.label}</span> <b>–</b>
            </li>
          ))}
        </ul>
        <span className="chart-moment faint" ref={moment} aria-hidden="true" />
        {props.aside}
      </figcaption>
      <div className="chart-body" ref={host} style={{ height }}>
        {isEmpty && <p className="chart-empty">{props.emptyText ?? 'Nothing heard in this stretch of time'}</p>}
        {state === 'failed' && <p className="chart-empty">Cannot read this series</p>}
      </div>
    </figure>
  );
}

function newest(values: readonly (number | null)[], until: number): number | null {
  for (let i = until; i >= Math.max(0, until - 3); i--)
    if (values[i] !== null && values[i] !== undefined) return values[i]!;
  return null;
}

/** Writes the values under the crosshair, or the newest ones, straight into the page: sixty times a second is no work for React. */
function writeLegend(
  u: uPlot,
  view: { legend: HTMLElement | null; moment: HTMLElement | null; props: ChartProps },
): void {
  const { props } = view;
  const index = u.cursor.idx;
  const isPointing = index !== null && index !== undefined && (u.cursor.left ?? -1) >= 0;
  const last = props.now === undefined ? props.times.length - 1 : props.times.findLastIndex((at) => at <= props.now!);
  view.legend?.querySelectorAll('b').forEach((cell, i) => {
    const values = props.series[i]?.values ?? none;
    const value = isPointing ? (values[index] ?? null) : newest(values, last);
    const text = (isPointing ? undefined : props.series[i]?.atRest) ?? written(value, props.unit);
    if (cell.textContent !== text) cell.textContent = text;
  });
  if (view.moment !== null) view.moment.textContent = isPointing ? clockSeconds(props.times[index] ?? 0) : '';
}

import { shortNumber, type Unit } from '@jaegis/std';
import uPlot from 'uplot';
import { written } from '../data/written.ts';
import { clock, dayOf } from '../time/words.ts';
import type { ChartBand, ChartSeries } from './chart-types.ts';
import { cssColor } from './series-color.ts';

const axisFont = '11px system-ui, sans-serif';
const axisWidth = 56;

/** What a change of makes a new uPlot necessary; new numbers alone never do. */
export function shapeOf(series: readonly ChartSeries[], bands: readonly ChartBand[], unit: Unit): string {
  return [
    unit,
    ...bands.map((band) => `b${band.color ?? ''}`),
    ...series.map((each) => `${each.key}|${each.color}|${each.form ?? ''}`),
  ].join('\n');
}

/** uPlot's columns: times in seconds, two invisible lines a band, then the series, the first one last and so on top. */
export function columnsOf(
  times: readonly number[],
  series: readonly ChartSeries[],
  bands: readonly ChartBand[],
): uPlot.AlignedData {
  const columns: (number | null)[][] = [];
  for (const band of bands) columns.push(band.upper as (number | null)[], band.lower as (number | null)[]);
  for (const each of series.toReversed()) columns.push(each.values as (number | null)[]);
  return [times.map((at) => at / 1_000), ...columns] as uPlot.AlignedData;
}

/** The highest value of all lines; `null` where none has one. */
export function highestOf(series: readonly ChartSeries[]): number | null {
  let highest: number | null = null;
  for (const { values } of series)
    for (const value of values) if (value !== null && (highest === null || value > highest)) highest = value;
  return highest;
}

export interface OptionsInput {
  readonly width: number;
  readonly height: number;
  readonly unit: Unit;
  readonly series: readonly ChartSeries[];
  readonly bands: readonly ChartBand[];
  readonly sync: string;
  readonly reach: () => number;
  /** The highest value of the lines themselves, `null` where there is none. */
  readonly highest: () => number | null;
  /** The last moment of the chart, in seconds, where it is later than the newest time. */
  readonly until: () => number | undefined;
  readonly hooks: uPlot.Hooks.Arrays;
}

export function chartOptions(input: OptionsInput): uPlot.Options {
  const { bands, series, unit } = input;
  const lines: uPlot.Series[] = [{}];
  for (const _ of bands)
    lines.push(
      { stroke: 'transparent', width: 0, points: { show: false } },
      { stroke: 'transparent', width: 0, points: { show: false } },
    );
  for (const each of series.toReversed()) lines.push(lineOf(each));
  return {
    width: input.width,
    height: input.height,
    pxAlign: 1,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: input.sync, setSeries: false, scales: ['x', null] },
      drag: { x: true, y: false, setScale: false, dist: 6 },
      points: { size: 6, width: 1.5, fill: () => cssColor('--bg') },
      y: false,
    },
    scales: {
      x: { time: true, range: (_u, min, max) => [min, Math.max(max, input.until() ?? max)] },
      y: { range: (_u, min, max) => rangeOf(min, max, { unit, reach: input.reach(), highest: input.highest() }) },
    },
    series: lines,
    bands: bands.map((band, index) => ({
      series: [index * 2 + 1, index * 2 + 2],
      fill: () => cssColor(band.color ?? '--band'),
    })),
    axes: [xAxis(), yAxis(unit)],
    hooks: input.hooks,
  };
}

function lineOf(each: ChartSeries): uPlot.Series {
  const stroke = () => cssColor(each.color);
  const line: uPlot.Series = {
    label: each.label,
    stroke,
    width: each.form === 'quiet' ? 1 : 1.5,
    points: { show: false },
    spanGaps: false,
  };
  if (each.form === 'dashed' || each.form === 'quiet') line.dash = [4, 3];
  if (each.form === 'step') line.paths = uPlot.paths.stepped!({ align: 1 });
  if (each.form === 'area') line.fill = () => `color-mix(in srgb, ${cssColor(each.color)} 14%, transparent)`;
  return line;
}

/** An expected band may be this many times as high as the lines; one that is wide because little is known yet would press them flat. */
const bandRoom = 3;

/** From zero wherever zero means something; a flat line in the middle and not on the rim. `highest` is of the lines, without bands. */
export function rangeOf(
  min: number | null,
  max: number | null,
  options: { unit: Unit; reach: number; highest?: number | null },
): [number, number] {
  const floor = Math.min(0, min ?? 0);
  const { highest: ofLines = null } = options;
  const top = ofLines === null || ofLines <= 0 ? (max ?? 0) : Math.min(max ?? 0, ofLines * bandRoom);
  const highest = Math.max(top, options.reach);
  if (highest <= floor) return [floor, floor + (options.unit === 'ratio' ? 0.1 : 1)];
  return [floor, highest + (highest - floor) * 0.08];
}

/** The time of day; at midnight the day, so that a week has seven names and not seven times `00:00`. */
export function timeTick(at: number): string {
  const date = new Date(at);
  return date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0 ? dayOf(at) : clock(at);
}

function xAxis(): uPlot.Axis {
  return {
    stroke: () => cssColor('--faint'),
    font: axisFont,
    size: 24,
    gap: 4,
    space: 64,
    grid: { show: false },
    ticks: { stroke: () => cssColor('--line'), width: 1, size: 4 },
    values: (_u, splits) => splits.map((at) => timeTick(at * 1_000)),
  };
}

function yAxis(unit: Unit): uPlot.Axis {
  return {
    stroke: () => cssColor('--faint'),
    font: axisFont,
    size: axisWidth,
    gap: 6,
    space: 28,
    ...(unit === 'bytes' || unit === 'bytes/s' ? { incrs: byteSteps } : {}),
    ...(unit === 'count' ? { incrs: wholeSteps } : {}),
    grid: { stroke: () => cssColor('--line'), width: 1 },
    ticks: { show: false },
    values: (_u, splits) => splits.map((value) => tickText(value, unit)),
  };
}

/** There is no half a replica. */
const wholeSteps = Array.from({ length: 30 }, (_, i) => [1, 2, 5][i % 3]! * 10 ** Math.floor(i / 3));
/** Steps that are round in KiB, MiB and GiB. */
const byteSteps = Array.from({ length: 50 }, (_, power) => 2 ** power);

/** Units where they are short; a rate's axis has plain numbers, because its title says the unit. */
export function tickText(value: number, unit: Unit): string {
  if (value === 0) return '0';
  if (unit === '1/s' || unit === 'count')
    return Math.abs(value) >= 1_000 ? written(value, 'count') : shortNumber(value);
  return written(value, unit);
}

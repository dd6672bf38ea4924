/**
 * An instant selector at each step, by Prometheus' rules: the newest sample not older than the lookback (the left end
 * does not count), and nothing when that is a stale marker. One pointer walks along each series.
 */
import { isStaleMarker } from '@jaegis/model';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import type { VectorSelector } from '../parse/ast.ts';
import { type Column, type Grid, isEmpty, type VectorValue, vectorOf } from './column.ts';
import { checkSize, type QueryContext, QueryError, type Surroundings } from './query-context.ts';
import { type Reference, readSeries, referenceOf, selectSamples, withoutStale } from './select-samples.ts';
import type { SelectedSeries, SeriesReader } from './select-source.ts';

export interface InstantOptions {
  readonly context: QueryContext;
  readonly around: Surroundings;
  /** Gives the time of each sample in seconds in place of its value, as `timestamp()` wants it. */
  readonly asTimestamps?: boolean;
}

export function evaluateInstantSelector(selector: VectorSelector, grid: Grid, options: InstantOptions): VectorValue {
  const { context } = options;
  const reference = referenceOf(selector, grid, context);
  const isSmoothed = selector.extension === 'smoothed';
  const { lookbackMs } = context;
  const reach = { beforeMs: lookbackMs, afterMs: isSmoothed ? lookbackMs : 0, rangeMs: 0 };
  const series = selectSamples(selector, reference, reach, { grid, ...options });
  checkSize(context, series.length, grid.count);
  if (isSmoothed) {
    const smoothed = series.map((each) =>
      smoothedColumn(withoutStale(readSeries(each)), grid, { reference, lookbackMs }),
    );
    return vectorOf(smoothed.filter((column) => !isEmpty(column)));
  }
  const asTimestamps = options.asTimestamps === true;
  return vectorOf(newestColumns(series, grid, { reference, lookbackMs, asTimestamps }));
}

interface NewestOptions {
  readonly reference: Reference;
  readonly lookbackMs: number;
  readonly asTimestamps: boolean;
}

/**
 * One piece of memory for the values of all series, and one row of ones for all that have a sample at every step: with
 * thousands of series and few steps, making arrays would be most of the work. Nobody writes into a column that is done.
 */
function newestColumns(series: readonly SeriesReader[], grid: Grid, options: NewestOptions): Column[] {
  const { count } = grid;
  const memory = new Float64Array(series.length * count);
  const always = new Uint8Array(count).fill(1);
  const present = new Uint8Array(count);
  const columns: Column[] = [];
  for (const [i, reader] of series.entries()) {
    const each = readSeries(reader);
    const values = new Float64Array(memory.buffer, i * count * 8, count);
    const histograms = each.histograms === undefined ? undefined : new Array<FloatHistogram | undefined>(count);
    const filled = fillNewest(each, { grid, values, present, histograms }, options);
    if (filled === 0) continue;
    columns.push({
      labels: each.labels,
      dropName: false,
      values,
      present: filled === count ? always : present.slice(),
      histograms: options.asTimestamps ? undefined : histograms,
    });
  }
  return columns;
}

/** Gives the number of steps that have a sample. */
function fillNewest(
  series: SelectedSeries,
  out: { grid: Grid; values: Float64Array; present: Uint8Array; histograms: Column['histograms'] },
  { reference, lookbackMs, asTimestamps }: NewestOptions,
): number {
  const { timestamps, values: samples } = series;
  const { grid, values, present, histograms } = out;
  const last = timestamps.length - 1;
  const advance = grid.count === 1 ? 0 : reference.at(1) - reference.at(0);
  let time = reference.first;
  // A single step is at the end of what was read.
  let index = grid.count === 1 && last >= 0 && timestamps[last]! <= time ? last : -1;
  let filled = 0;
  for (let step = 0; step < grid.count; step++, time += advance) {
    while (index < last && timestamps[index + 1]! <= time) index++;
    present[step] = 0;
    if (index === -1 || timestamps[index]! <= time - lookbackMs) continue;
    const value = samples[index]!;
    if (Number.isNaN(value) && isStaleMarker(value)) continue;
    present[step] = 1;
    filled++;
    values[step] = asTimestamps ? timestamps[index]! / 1_000 : value;
    if (histograms !== undefined) histograms[step] = series.histograms![index];
  }
  return filled;
}

/** `smoothed`: on the line between the samples before and after the step; the one before where there is none after. */
function smoothedColumn(
  series: SelectedSeries,
  grid: Grid,
  options: { reference: Reference; lookbackMs: number },
): Column {
  const { timestamps, values: samples } = series;
  if (series.histograms?.some((each) => each !== undefined))
    throw new QueryError('smoothed and anchored modifiers do not work with native histograms');
  const values = new Float64Array(grid.count);
  const present = new Uint8Array(grid.count);
  let index = -1;
  for (let step = 0; step < grid.count; step++) {
    const time = options.reference.at(step);
    while (index + 1 < timestamps.length && timestamps[index + 1]! <= time) index++;
    if (index === -1 || timestamps[index]! <= time - options.lookbackMs) continue;
    const before = timestamps[index]!;
    const after = timestamps[index + 1];
    present[step] = 1;
    values[step] = samples[index]!;
    if (before < time && after !== undefined && after <= time + options.lookbackMs)
      values[step]! += ((samples[index + 1]! - samples[index]!) * (time - before)) / (after - before);
  }
  return { labels: series.labels, dropName: false, values, present, histograms: undefined };
}

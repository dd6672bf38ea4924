/**
 * An instant selector at each step, by Prometheus' rules: the newest sample not older than the lookback (the left end
 * does not count), and nothing when that is a stale marker. One pointer walks along each series.
 */
import { isStaleMarker } from '@jaegis/model';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import type { VectorSelector } from '../parse/ast.ts';
import { type Column, type Grid, isEmpty, type VectorValue, vectorOf } from './column.ts';
import { checkSize, type QueryContext, QueryError, type Surroundings } from './query-context.ts';
import { type Reference, referenceOf, selectSamples, withoutStale } from './select-samples.ts';
import type { SelectedSeries } from './select-source.ts';

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
  const columns: Column[] = [];
  for (const each of series) {
    const column = isSmoothed
      ? smoothedColumn(withoutStale(each), grid, { reference, lookbackMs })
      : newestColumn(each, grid, { reference, lookbackMs, asTimestamps: options.asTimestamps === true });
    if (!isEmpty(column)) columns.push(column);
  }
  return vectorOf(columns);
}

function newestColumn(
  series: SelectedSeries,
  grid: Grid,
  options: { reference: Reference; lookbackMs: number; asTimestamps: boolean },
): Column {
  const { timestamps, values: samples, histograms: histogramSamples } = series;
  const { reference, lookbackMs, asTimestamps } = options;
  const values = new Float64Array(grid.count);
  const present = new Uint8Array(grid.count);
  const histograms = histogramSamples === undefined ? undefined : new Array<FloatHistogram | undefined>(grid.count);
  const last = timestamps.length - 1;
  const advance = grid.count === 1 ? 0 : reference.at(1) - reference.at(0);
  let time = reference.first;
  let index = grid.count === 1 ? last - 1 : -1;
  // A single step is at the end of what was read.
  if (index >= 0 && timestamps[index]! > time) index = -1;
  for (let step = 0; step < grid.count; step++, time += advance) {
    while (index < last && timestamps[index + 1]! <= time) index++;
    if (index === -1 || timestamps[index]! <= time - lookbackMs) continue;
    const value = samples[index]!;
    // Only NaN differs from itself.
    if (Number.isNaN(value) && isStaleMarker(value)) continue;
    present[step] = 1;
    values[step] = asTimestamps ? timestamps[index]! / 1_000 : value;
    if (histograms !== undefined) histograms[step] = histogramSamples![index];
  }
  return { labels: series.labels, dropName: false, values, present, histograms: asTimestamps ? undefined : histograms };
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

/**
 * Range vectors: each step looks at the samples of a window (its left end does not count). For each series two pointers
 * walk along and note where the window of each step begins and ends, so that functions over windows run over plain
 * typed arrays. Subqueries give the same, from the samples of their inner expression.
 */

import type { Labels } from '@jaegis/model';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import type { MatrixSelector, Subquery } from '../parse/ast.ts';
import { durationMs } from '../parse/duration-arithmetic.ts';
import type { Column, Grid } from './column.ts';
import { checkSize, noSurroundings, type QueryContext, QueryError, type Surroundings } from './query-context.ts';
import { type Reference, readSeries, referenceOf, selectSamples, withoutStale } from './select-samples.ts';

export interface WindowSeries {
  readonly labels: Labels;
  readonly dropName: boolean;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly histograms: readonly (FloatHistogram | undefined)[] | undefined;
  /** As in `SelectedSeries`. */
  readonly startTimes?: Float64Array | undefined;
  /** As in `SelectedSeries`. */
  readonly course?: 'numbers' | 'rising' | undefined;
  /** The samples of step i are those from `from[i]` up to, and without, `to[i]`. */
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export interface Windows {
  /**
   * To be walked once; the arrays of a series are good until the next, for its samples are read when its turn comes. One that gets
   * the same arrays of times and of ends (`to`) as the series before has the same windows.
   */
  readonly series: Iterable<WindowSeries>;
  /** At least as many as there are. */
  readonly size: number;
  readonly rangeMs: number;
  /** The right end of the window of each step. */
  readonly reference: Reference;
  readonly extension: 'anchored' | 'smoothed' | undefined;
}

export interface WindowOptions {
  readonly context: QueryContext;
  readonly around: Surroundings;
}

export function evaluateWindows(matrix: MatrixSelector | Subquery, grid: Grid, options: WindowOptions): Windows {
  return matrix.kind === 'subquery' ? subqueryWindows(matrix, grid, options) : selectorWindows(matrix, grid, options);
}

function positiveMs(duration: MatrixSelector['range'], context: QueryContext): number {
  const ms = Math.round(durationMs(duration, context.query));
  if (!(ms > 0) || !Number.isFinite(ms)) throw new QueryError('duration must be greater than 0');
  return ms;
}

function selectorWindows(matrix: MatrixSelector, grid: Grid, options: WindowOptions): Windows {
  const { selector } = matrix;
  const { context } = options;
  const rangeMs = positiveMs(matrix.range, context);
  const reference = referenceOf(selector, grid, context);
  const { extension } = selector;
  // An anchored window also looks for the sample before it, a smoothed one also for the sample after it.
  const beforeMs = rangeMs + (extension === undefined ? 0 : context.lookbackMs);
  const afterMs = extension === 'smoothed' ? context.lookbackMs : 0;
  const selected = selectSamples(selector, reference, { beforeMs, afterMs, rangeMs }, { grid, ...options });
  function* series(): Generator<WindowSeries> {
    const bounds = { from: new Int32Array(grid.count), to: new Int32Array(grid.count) };
    const { from, to } = bounds;
    let before: Float64Array | undefined;
    for (const each of selected) {
      const { labels, timestamps, values, histograms, startTimes, course } = withoutStale(readSeries(each));
      if (timestamps !== before) windowBounds(timestamps, bounds, { reference, beforeMs, afterMs });
      before = timestamps;
      yield { labels, dropName: false, times: timestamps, values, histograms, startTimes, course, from, to };
    }
  }
  return { series: series(), size: selected.length, rangeMs, reference, extension };
}

/** The inner expression is evaluated at multiples of its own resolution, whatever the steps outside are. */
function subqueryWindows(subquery: Subquery, grid: Grid, options: WindowOptions): Windows {
  const { context } = options;
  const rangeMs = positiveMs(subquery.range, context);
  const stepMs = subquery.step === undefined ? context.defaultStepMs : positiveMs(subquery.step, context);
  const reference = referenceOf(subquery, grid, context);
  let startMs = Math.trunc((reference.first - rangeMs) / stepMs) * stepMs;
  if (startMs <= reference.first - rangeMs) startMs += stepMs;
  const count = Math.floor((reference.last - startMs) / stepMs) + 1;
  if (count <= 0) return { series: [], size: 0, rangeMs, reference, extension: undefined };
  // Before anything is made of that length: the steps of a subquery are the asker's to choose.
  checkSize(context, 1, count);
  const inner = context.evaluate(subquery.inner, { startMs, stepMs, count }, noSurroundings);
  if (inner.kind !== 'vector') throw new QueryError('subquery is only allowed on instant vector');
  const series = inner.columns.map((column): WindowSeries => {
    const dense = samplesOf(column, { startMs, stepMs, count });
    const bounds = { from: new Int32Array(grid.count), to: new Int32Array(grid.count) };
    windowBounds(dense.times, bounds, { reference, beforeMs: rangeMs, afterMs: 0 });
    return { labels: column.labels, dropName: column.dropName, ...dense, ...bounds };
  });
  return { series, size: series.length, rangeMs, reference, extension: undefined };
}

/** The samples of a column one after the other. Hints on resets hold between neighbours in the data only. */
function samplesOf(column: Column, grid: Grid): Pick<WindowSeries, 'times' | 'values' | 'histograms'> {
  let size = 0;
  for (let i = 0; i < grid.count; i++) size += column.present[i]!;
  const times = new Float64Array(size);
  const values = new Float64Array(size);
  const histograms = column.histograms === undefined ? undefined : new Array<FloatHistogram | undefined>(size);
  let at = 0;
  for (let i = 0; i < grid.count; i++) {
    if (column.present[i] === 0) continue;
    times[at] = grid.startMs + i * grid.stepMs;
    values[at] = column.values[i]!;
    const histogram = column.histograms?.[i];
    if (histogram !== undefined)
      histograms![at] = histogram.resetHint === 'gauge' ? histogram : { ...histogram, resetHint: 'unknown' };
    at++;
  }
  return { times, values, histograms };
}

function windowBounds(
  times: Float64Array,
  out: { from: Int32Array; to: Int32Array },
  options: { reference: Reference; beforeMs: number; afterMs: number },
): void {
  const { reference, beforeMs, afterMs } = options;
  const { from, to } = out;
  const count = from.length;
  const advance = count === 1 ? 0 : reference.at(1) - reference.at(0);
  const length = times.length;
  let low = 0;
  let high = 0;
  let time = reference.first;
  for (let step = 0; step < count; step++, time += advance) {
    const left = time - beforeMs;
    const right = time + afterMs;
    while (low < length && times[low]! <= left) low++;
    if (high < low) high = low;
    while (high < length && times[high]! <= right) high++;
    from[step] = low;
    to[step] = high;
  }
}

/** Compares a result with what a script expects: numbers to a millionth of their size, NaN equal to NaN. */
import { formatLabels, type Labels } from '@jaegis/model';
import type { Grid } from '../evaluate/column.ts';
import type { Executed } from '../evaluate/execute-query.ts';
import { formatNumber } from '../evaluate/format-number.ts';
import { labelsKey } from '../evaluate/label-sets.ts';
import type { Buckets, FloatHistogram } from '../histogram/float-histogram.ts';
import { histogramText } from '../histogram/histogram-text.ts';
import type { Expectations, ExpectedSeries } from './expectations.ts';
import type { SequenceHistogram, SequenceValue } from './series-notation.ts';

const tolerance = 0.000001;
const smallestNormal = 2.2250738585072014e-308;

export interface ResultSeries {
  readonly labels: Labels;
  readonly points: readonly { readonly at: number; readonly value: number | FloatHistogram }[];
}

/** The series of a result, only those with points. */
export function seriesOf({ value, grid }: Executed): ResultSeries[] {
  if (value.kind === 'samples') {
    return value.series.map(({ labels, times, values, histograms, from, to }) => ({
      labels,
      points: Array.from({ length: to[0]! - from[0]! }, (_, i) => ({
        at: times[from[0]! + i]!,
        value: histograms?.[from[0]! + i] ?? values[from[0]! + i]!,
      })),
    }));
  }
  if (value.kind === 'scalar')
    return [{ labels: {}, points: Array.from(value.values, (each, i) => ({ at: timeOf(grid, i), value: each })) }];
  if (value.kind !== 'vector') return [];
  return value.columns.map(({ labels, values, present, histograms }) => ({
    labels,
    points: [...present.keys()]
      .filter((step) => present[step] === 1)
      .map((step) => ({ at: timeOf(grid, step), value: histograms?.[step] ?? values[step]! })),
  }));
}

function timeOf(grid: Grid, step: number): number {
  return grid.startMs + step * grid.stepMs;
}

/** What is wrong with an instant vector; `undefined` when nothing is. */
export function compareVector(actual: readonly ResultSeries[], expected: Expectations): string | undefined {
  const byKey = expectedByKey(expected.series);
  const seen = new Set<string>();
  for (const [i, { labels, points }] of actual.entries()) {
    const key = labelsKey(labels);
    const wanted = byKey.get(key);
    const [point] = points;
    if (wanted === undefined)
      return `unexpected metric ${formatLabels(labels)} in result, has value ${show(point?.value)}`;
    if (expected.ordered && wanted.position !== i + 1)
      return `expected metric ${formatLabels(labels)} at position ${wanted.position} but was at ${i + 1}`;
    const value = wanted.values[0];
    if (value === undefined || !isSame(value, point!.value))
      return `expected ${show(value)} for ${formatLabels(labels)} but got ${show(point!.value)}`;
    seen.add(key);
  }
  return missing(byKey, seen);
}

/** What is wrong with a matrix whose points stand at the steps given. */
export function compareMatrix(
  actual: readonly ResultSeries[],
  expected: Expectations,
  steps: { startMs: number; endMs: number; stepMs: number },
): string | undefined {
  const byKey = expectedByKey(expected.series);
  const seen = new Set<string>();
  for (const { labels, points } of actual) {
    const key = labelsKey(labels);
    const name = formatLabels(labels);
    const wanted = byKey.get(key);
    if (wanted === undefined) return `unexpected metric ${name} in result, has ${showPoints(points)}`;
    const values = wanted.values.map((value, i) => ({ at: steps.startMs + i * steps.stepMs, value }));
    if (values.some(({ at }) => at > steps.endMs))
      return `expected ${values.length} points for ${name}, but query time range cannot return this many points`;
    const given = values.filter(({ value }) => value !== undefined);
    if (given.length !== points.length)
      return `expected ${given.length} points for ${name}, but got ${points.length}: ${showPoints(points)}`;
    for (const [i, { at, value }] of given.entries()) {
      const point = points[i]!;
      if (point.at !== at)
        return `expected a point of ${name} at ${at}, but it is at ${point.at}: ${showPoints(points)}`;
      if (!isSame(value, point.value))
        return `expected ${show(value)} for ${name} at ${at} but got ${show(point.value)} (${showPoints(points)})`;
    }
    seen.add(key);
  }
  return missing(byKey, seen);
}

function expectedByKey(series: readonly ExpectedSeries[]): Map<string, ExpectedSeries> {
  return new Map(series.map((each) => [labelsKey(each.labels), each]));
}

function missing(byKey: ReadonlyMap<string, ExpectedSeries>, seen: ReadonlySet<string>): string | undefined {
  for (const [key, { labels, values }] of byKey)
    if (!seen.has(key)) return `expected metric ${formatLabels(labels)} with ${values.map(show).join(' ')} not found`;
  return undefined;
}

/** Equal within the tolerance. */
export function isClose(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (a === b) return true;
  const size = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || size < smallestNormal) return difference < tolerance * smallestNormal;
  return difference / Math.min(size, Number.MAX_VALUE) < tolerance;
}

function isSame(expected: SequenceValue, actual: number | FloatHistogram): boolean {
  // No result has a stale marker.
  if (expected === undefined || expected === 'stale') return false;
  if (typeof expected === 'number') return typeof actual === 'number' && isClose(expected, actual);
  return typeof actual !== 'number' && isSameHistogram(expected, actual);
}

function isSameHistogram({ histogram, hintGiven }: SequenceHistogram, actual: FloatHistogram): boolean {
  return (
    histogram.schema === actual.schema &&
    isClose(histogram.count, actual.count) &&
    isClose(histogram.sum, actual.sum) &&
    histogram.zeroThreshold === actual.zeroThreshold &&
    isClose(histogram.zeroCount, actual.zeroCount) &&
    histogram.customValues.join() === actual.customValues.join() &&
    sameBuckets(histogram.positive, actual.positive) &&
    sameBuckets(histogram.negative, actual.negative) &&
    (!hintGiven || histogram.resetHint === actual.resetHint)
  );
}

function sameBuckets(a: Buckets, b: Buckets): boolean {
  return a.indices.join() === b.indices.join() && a.counts.every((count, i) => isClose(count, b.counts[i]!));
}

function show(value: SequenceValue | FloatHistogram): string {
  if (value === undefined) return '_';
  if (value === 'stale') return value;
  if (typeof value === 'number') return formatNumber(value);
  const histogram = 'histogram' in value ? value.histogram : value;
  return `${histogramText(histogram)} (schema ${histogram.schema}, ${histogram.resetHint})`;
}

function showPoints(points: ResultSeries['points']): string {
  return points
    .slice(0, 20)
    .map(({ at, value }) => `${show(value)} @${at}`)
    .join(' ');
}

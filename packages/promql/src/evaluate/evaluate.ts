/** Queries to Prometheus' form of an answer. */
import type { Labels } from '@jaegis/model';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { type Executed, executeInstant, executeRange, type QueryOptions, type Steps } from './execute-query.ts';
import { formatNumber } from './format-number.ts';
import { histogramJson } from './histogram-json.ts';
import type {
  HistogramPoint,
  MatrixSeries,
  Point,
  QueryData,
  QueryFailure,
  QueryResult,
  VectorSample,
} from './query-result.ts';
import type { SelectSource } from './select-source.ts';

/** How many annotations of a kind an answer carries; more are only counted. */
export const maxAnnotations = 10;

/** Evaluates an expression at one time (epoch milliseconds). Never throws for what the expression says. */
export function evalInstant(
  source: SelectSource,
  expr: string,
  timeMs: number,
  options: QueryOptions = {},
): QueryResult {
  return resultOf(executeInstant(source, expr, timeMs, options), expr, false);
}

/** Evaluates an expression at every step from `startMs` to `endMs`, both included. */
export function evalRange(source: SelectSource, expr: string, steps: Steps, options: QueryOptions = {}): QueryResult {
  return resultOf(executeRange(source, expr, steps, options), expr, true);
}

function resultOf(executed: Executed | QueryFailure, expr: string, isRange: boolean): QueryResult {
  if (!executed.ok) return executed;
  const located = executed.annotations.located(expr, maxAnnotations);
  return { ok: true, ...dataOf(executed, isRange), ...located, samplesRead: executed.samplesRead };
}

function dataOf({ value, grid }: Executed, isRange: boolean): QueryData {
  const timeOf = (step: number) => (grid.startMs + step * grid.stepMs) / 1_000;
  if (value.kind === 'string') return { resultType: 'string', result: [timeOf(0), value.value] };
  if (value.kind === 'scalar') {
    if (!isRange) return { resultType: 'scalar', result: [timeOf(0), formatNumber(value.values[0]!)] };
    const values = Array.from(value.values, (each, step): Point => [timeOf(step), formatNumber(each)]);
    return { resultType: 'matrix', result: [{ metric: {}, values }] };
  }
  if (value.kind === 'samples') {
    const result = value.series.map(({ labels, times, values, histograms, from, to }) =>
      seriesOf(labels, { length: to[0]! - from[0]! }, (i) => {
        const at = from[0]! + i;
        return { seconds: times[at]! / 1_000, value: values[at]!, histogram: histograms?.[at] };
      }),
    );
    return { resultType: 'matrix', result };
  }
  if (isRange) {
    const result = value.columns.map(({ labels, values, present, histograms }) =>
      seriesOf(labels, { length: grid.count, present }, (step) => ({
        seconds: timeOf(step),
        value: values[step]!,
        histogram: histograms?.[step],
      })),
    );
    return { resultType: 'matrix', result };
  }
  const seconds = timeOf(0);
  const result = value.columns.map(({ labels, values, histograms }): VectorSample => {
    const histogram = histograms?.[0];
    if (histogram !== undefined) return { metric: labels, histogram: [seconds, histogramJson(histogram)] };
    return { metric: labels, value: [seconds, formatNumber(values[0]!)] };
  });
  return { resultType: 'vector', result };
}

interface SampleAt {
  readonly seconds: number;
  readonly value: number;
  readonly histogram: FloatHistogram | undefined;
}

function seriesOf(
  metric: Labels,
  steps: { length: number; present?: Uint8Array },
  sampleAt: (step: number) => SampleAt,
): MatrixSeries {
  const values: Point[] = [];
  const histograms: HistogramPoint[] = [];
  for (let step = 0; step < steps.length; step++) {
    if (steps.present?.[step] === 0) continue;
    const { seconds, value, histogram } = sampleAt(step);
    if (histogram === undefined) values.push([seconds, formatNumber(value)]);
    else histograms.push([seconds, histogramJson(histogram)]);
  }
  if (histograms.length === 0) return { metric, values };
  return values.length === 0 ? { metric, histograms } : { metric, values, histograms };
}

/**
 * Selectors over time, by Prometheus' rules: an instant selector gives the newest sample not older than the lookback
 * (the left end does not count), and nothing when that is a stale marker; a range selector gives the samples of its
 * window (left end not counted) without stale markers. `@` moves both to a fixed time, `offset` back from there.
 */
import { isStaleMarker, type Labels } from '@jaegis/model';
import type { MatrixSelector, VectorSelector } from '../parse/ast.ts';
import type { SelectedSeries, SelectSource, SourceLimits } from './select-source.ts';

/** When an expression is evaluated: once where `startMs` is `endMs`. Epoch milliseconds, both ends included. */
export interface Steps {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

export interface SelectorOptions {
  readonly lookbackMs: number;
  readonly limits: SourceLimits;
  /** Most points over all series. A few samples become many points where the step is small. */
  readonly maxPoints: number;
}

/** The answer would be larger than it may; carries the name that a source gives to the same. */
class AnswerLimitError extends Error {
  override readonly name = 'SelectLimitError';
}

export interface SelectedPoints {
  readonly labels: Labels;
  readonly timestamps: number[];
  readonly values: number[];
}

/** The moment in the data that a selector looks at when evaluated at `timeMs`. */
function referenceTime(selector: VectorSelector, timeMs: number, steps: Steps): number {
  const { at, offsetMs } = selector;
  return (at === undefined ? timeMs : at === 'start' ? steps.startMs : at === 'end' ? steps.endMs : at) - offsetMs;
}

/** A vector selector at each step; the points carry the time of the step, not of the sample. */
export function evaluateVector(
  source: SelectSource,
  selector: VectorSelector,
  steps: Steps,
  options: SelectorOptions,
): SelectedPoints[] {
  const first = referenceTime(selector, steps.startMs, steps);
  const last = referenceTime(selector, steps.endMs, steps);
  // The left end does not count: times are whole milliseconds.
  const series = source.select(selector.matchers, first - options.lookbackMs + 1, last, options.limits);
  const result: SelectedPoints[] = [];
  let count = 0;
  for (const each of series) {
    const points: SelectedPoints = { labels: each.labels, timestamps: [], values: [] };
    let index = -1;
    for (let time = steps.startMs; time <= steps.endMs; time += steps.stepMs) {
      const reference = referenceTime(selector, time, steps);
      while (index + 1 < each.timestamps.length && each.timestamps[index + 1]! <= reference) index++;
      if (index === -1 || each.timestamps[index]! <= reference - options.lookbackMs) continue;
      const value = each.values[index]!;
      if (isStaleMarker(value)) continue;
      points.timestamps.push(time);
      points.values.push(value);
    }
    count += points.timestamps.length;
    if (count > options.maxPoints)
      throw new AnswerLimitError(
        `query would answer more than ${options.maxPoints} points, choose fewer series or a larger step`,
      );
    if (points.timestamps.length > 0) result.push(points);
  }
  return result.sort(byLabels);
}

/** A range selector at one time; the points carry the times of the samples. */
export function evaluateMatrix(
  source: SelectSource,
  matrix: MatrixSelector,
  timeMs: number,
  limits: SourceLimits,
): SelectedPoints[] {
  const steps = { startMs: timeMs, endMs: timeMs, stepMs: 1 };
  const to = referenceTime(matrix.selector, timeMs, steps);
  const series = source.select(matrix.selector.matchers, to - matrix.rangeMs + 1, to, limits);
  return series
    .map(withoutStale)
    .filter((points) => points.timestamps.length > 0)
    .sort(byLabels);
}

function withoutStale(series: SelectedSeries): SelectedPoints {
  const points: SelectedPoints = { labels: series.labels, timestamps: [], values: [] };
  for (let i = 0; i < series.timestamps.length; i++) {
    if (isStaleMarker(series.values[i]!)) continue;
    points.timestamps.push(series.timestamps[i]!);
    points.values.push(series.values[i]!);
  }
  return points;
}

/** Prometheus' order of label sets: names and values in turn, names sorted. */
function byLabels(a: { labels: Labels }, b: { labels: Labels }): number {
  const left = Object.entries(a.labels).sort(byFirst);
  const right = Object.entries(b.labels).sort(byFirst);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [name, value] = left[i]!;
    const [otherName, otherValue] = right[i]!;
    if (name !== otherName) return name < otherName ? -1 : 1;
    if (value !== otherValue) return value < otherValue ? -1 : 1;
  }
  return left.length - right.length;
}

function byFirst(a: [string, string], b: [string, string]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

/**
 * Measures over labelled points and labelled stretches of points (events), none of them point-adjusted: average precision
 * (the step-wise area under precision and recall), the best F1 over all thresholds, event recall at a share of false
 * points, and what alarms at a given threshold cost and catch. Equal scores share one threshold. NaN scores count as lowest.
 */
import type { RowRange } from './vus-pr.ts';

/** Stretches of 1 as rows [first, end). */
export function rangesOf(labels: ArrayLike<number>): RowRange[] {
  const ranges: RowRange[] = [];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 1) continue;
    const first = i;
    while (i < labels.length && labels[i] === 1) i++;
    ranges.push([first, i]);
  }
  return ranges;
}

/** Average precision and the best F1 of points; both NaN without a labelled point. */
export function precisionRecall(scores: ArrayLike<number>, labels: ArrayLike<number>): { auc: number; bestF1: number } {
  const order = byScore(scores);
  let positives = 0;
  for (let i = 0; i < labels.length; i++) positives += labels[i] === 1 ? 1 : 0;
  if (positives === 0) return { auc: Number.NaN, bestF1: Number.NaN };
  let hits = 0;
  let before = 0;
  let auc = 0;
  let bestF1 = 0;
  for (let k = 0; k < order.length; k++) {
    if (labels[order[k]!] === 1) hits++;
    if (k + 1 < order.length && sortable(scores[order[k + 1]!]!) === sortable(scores[order[k]!]!)) continue;
    const precision = hits / (k + 1);
    const recall = hits / positives;
    auc += (recall - before) * precision;
    before = recall;
    bestF1 = Math.max(bestF1, (2 * hits) / (k + 1 + positives));
  }
  return { auc, bestF1 };
}

/** A labelled series with its scores. */
export interface ScoredSeries {
  readonly scores: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

/** Share of events (over all series together) that hold a point above the lowest threshold with at most `share` false points. */
export function eventRecallAt(series: readonly ScoredSeries[], share: number): { recall: number; threshold: number } {
  const normal: number[] = [];
  const peaks: number[] = [];
  for (const { scores, labels } of series) {
    for (let i = 0; i < labels.length; i++) if (labels[i] !== 1) normal.push(sortable(scores[i]!));
    for (const [first, end] of rangesOf(labels)) {
      let peak = Number.NEGATIVE_INFINITY;
      for (let i = first; i < end; i++) peak = Math.max(peak, sortable(scores[i]!));
      peaks.push(peak);
    }
  }
  const sorted = Float64Array.from(normal).sort();
  const allowed = Math.floor(share * sorted.length);
  // The highest normal score that must stay below the threshold.
  const under = sorted[sorted.length - 1 - allowed] ?? Number.NEGATIVE_INFINITY;
  const found = peaks.filter((peak) => peak > under);
  return {
    recall: peaks.length === 0 ? Number.NaN : found.length / peaks.length,
    threshold: found.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...found),
  };
}

/** What alarms (1 a row) did on series with labels; `days` is how long all of them last together. */
export interface AlarmTally {
  readonly events: number;
  readonly found: number;
  readonly normalPoints: number;
  readonly falsePoints: number;
  /** Stretches of alarms that touch no event. */
  readonly falseAlarms: number;
  /** Rows from an event's start to its first alarm, of the events found. */
  readonly delays: readonly number[];
}

export function tallyAlarms(alarms: ArrayLike<number>, labels: ArrayLike<number>): AlarmTally {
  const events = rangesOf(labels);
  const delays: number[] = [];
  for (const [first, end] of events) {
    let i = first;
    while (i < end && alarms[i] !== 1) i++;
    if (i < end) delays.push(i - first);
  }
  let normalPoints = 0;
  let falsePoints = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 1) continue;
    normalPoints++;
    if (alarms[i] === 1) falsePoints++;
  }
  const falseAlarms = rangesOf(alarms).filter(([first, end]) => {
    for (let i = first; i < end; i++) if (labels[i] === 1) return false;
    return true;
  }).length;
  return { events: events.length, found: delays.length, normalPoints, falsePoints, falseAlarms, delays };
}

export function addTallies(tallies: readonly AlarmTally[]): AlarmTally {
  const sum = (pick: (tally: AlarmTally) => number) => tallies.reduce((total, tally) => total + pick(tally), 0);
  return {
    events: sum((t) => t.events),
    found: sum((t) => t.found),
    normalPoints: sum((t) => t.normalPoints),
    falsePoints: sum((t) => t.falsePoints),
    falseAlarms: sum((t) => t.falseAlarms),
    delays: tallies.flatMap((t) => t.delays),
  };
}

/** The middle value; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
}

/** The mean of those that are numbers; NaN of nothing. */
export function mean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function byScore(scores: ArrayLike<number>): Uint32Array {
  const keys = Float64Array.from(scores, sortable);
  return Uint32Array.from(keys, (_, i) => i).sort((a, b) => keys[b]! - keys[a]!);
}

function sortable(score: number): number {
  return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
}

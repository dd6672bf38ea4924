/** What a question needs of the head: the head itself, or what was taken out of it for another thread. */
import type { Labels, Matcher, SeriesRef } from '@jaegis/model';
import type { Head } from '../head/head.ts';
import type { Samples } from './join-samples.ts';
import { matchSeries } from './match-series.ts';

export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Memory that one series after the other is read into. */
export interface SampleMemory {
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Set when a time is written that is another than was there before. */
  isChanged: boolean;
}

export interface HeadView {
  /** Rows of the series that fit every matcher, rising. Throws `InvalidMatcherError`. */
  match(matchers: readonly Matcher[]): readonly number[];
  /** The row with exactly these labels, or -1; `key` is their `keyOf`. */
  find(labels: Labels, key: string): number;
  labels(row: number): Labels;
  ref(row: number): SeriesRef;
  /** At least as many samples as `read` gives; decodes nothing. */
  estimate(row: number, from: number, to: number): number;
  read(row: number, from: number, to: number): Samples;
  /** Puts the samples that `read` gives, and perhaps some around them, into `into` from `at` on; gives how many. */
  readInto(row: number, range: TimeRange, into: { memory: SampleMemory; at: number }): number;
  /** What `read` gives where it need not be put together; not to be changed. */
  whole?(row: number, range: TimeRange): Samples | undefined;
  /** Time of the newest sample; -Infinity without one. */
  lastAt(row: number): number;
  latest(row: number): { readonly at: number; readonly value: number } | undefined;
}

export function liveHead(head: Head): HeadView {
  const { series } = head;
  return {
    match: (matchers) => matchSeries(series, matchers),
    find: (labels) => series.find(labels),
    labels: (row) => series.labels(row),
    ref: (row) => series.refs[row]!,
    estimate: (row, from, to) => head.estimate(row, from, to),
    read: (row, from, to) => head.read(row, from, to),
    readInto: (row, { from, to }, { memory, at }) => {
      const samples = head.read(row, from, to);
      memory.times.set(samples.timestamps, at);
      memory.values.set(samples.values, at);
      memory.isChanged = true;
      return samples.timestamps.length;
    },
    lastAt: (row) => head.lastAt(row),
    latest: (row) => head.latest(row),
  };
}

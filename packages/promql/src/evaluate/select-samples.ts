/** Reads the samples of a selector: from where `@` and `offset` put it, without stale markers where windows are wanted. */
import { isStaleMarker } from '@jaegis/model';
import { markResets } from '../histogram/reset-hints.ts';
import type { TimeShift, VectorSelector } from '../parse/ast.ts';
import { durationMs } from '../parse/duration-arithmetic.ts';
import type { Grid } from './column.ts';
import { checkTime, type QueryContext, QueryError, type Surroundings, tooManySamples } from './query-context.ts';
import { findSeries, type SelectedSeries, type SeriesReader } from './select-source.ts';

/** The moment in the data that stands for each step. */
export interface Reference {
  readonly first: number;
  readonly last: number;
  readonly at: (step: number) => number;
}

/** Where `@` and `offset` move the steps of a grid. */
export function referenceOf(shift: TimeShift, grid: Grid, context: QueryContext): Reference {
  const offset = Math.round(durationMs(shift.offset, context.query));
  if (!Number.isFinite(offset)) throw new QueryError('duration expression gives no finite offset');
  const { at } = shift;
  const fixed = at === 'start' ? context.query.startMs : at === 'end' ? context.query.endMs : at;
  if (fixed !== undefined) return { first: fixed - offset, last: fixed - offset, at: () => fixed - offset };
  const start = grid.startMs - offset;
  return {
    first: start,
    last: start + (grid.count - 1) * grid.stepMs,
    at: (step) => start + step * grid.stepMs,
  };
}

/** How much around the steps is read. */
export interface Reach {
  readonly beforeMs: number;
  readonly afterMs: number;
  /** The window of each step; 0 without one. */
  readonly rangeMs: number;
}

/** The series of a selector; their samples are read as they are asked for, and counted against the limit before. */
export function selectSamples(
  selector: VectorSelector,
  reference: Reference,
  reach: Reach,
  options: { grid: Grid; context: QueryContext; around: Surroundings },
): readonly SeriesReader[] {
  const { grid, context, around } = options;
  checkTime(context);
  // The left end does not count: times are whole milliseconds.
  const from = reference.first - reach.beforeMs + 1;
  const to = reference.last + reach.afterMs;
  const { maxSeries, maxSamples } = context.limits;
  const hints = {
    startMs: from,
    endMs: to,
    stepMs: grid.count === 1 ? 0 : grid.stepMs,
    func: around.func,
    rangeMs: reach.rangeMs,
    grouping: around.grouping,
    by: around.by,
  };
  const limits = { maxSeries, maxSamples: maxSamples - context.samplesRead, hints };
  const found = findSeries(context.source, { matchers: selector.matchers, fromMs: from, toMs: to }, limits);
  for (const { size } of found) context.samplesRead += size;
  if (context.samplesRead > maxSamples) throw new QueryError(tooManySamples);
  return found.map((reader) => new CountedReader(reader, context, around.statsOnly));
}

/** Until a series is read, its size is a guess. */
class CountedReader implements SeriesReader {
  readonly #reader: SeriesReader;
  readonly #context: QueryContext;
  readonly #statsOnly: boolean;

  constructor(reader: SeriesReader, context: QueryContext, statsOnly: boolean) {
    this.#reader = reader;
    this.#context = context;
    this.#statsOnly = statsOnly;
  }

  get labels(): SeriesReader['labels'] {
    return this.#reader.labels;
  }

  get size(): number {
    return this.#reader.size;
  }

  read(): ReturnType<SeriesReader['read']> {
    const samples = this.#reader.read();
    this.#context.samplesRead += samples.timestamps.length - this.#reader.size;
    return this.#statsOnly ? markResets({ labels: this.labels, ...samples }) : samples;
  }
}

/** The samples of a series, with its labels. */
export function readSeries(reader: SeriesReader): SelectedSeries {
  const { timestamps, values, startTimes, histograms, course } = reader.read();
  return { labels: reader.labels, timestamps, values, startTimes, histograms, course };
}

/** The series without its stale markers; the same object where there are none. */
export function withoutStale(series: SelectedSeries): SelectedSeries {
  const { values, course } = series;
  if (course !== undefined) return series;
  let stale = 0;
  const { length } = values;
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value) && isStaleMarker(value)) stale++;
  }
  if (stale === 0) return series;
  const keep = new Uint32Array(values.length - stale);
  let size = 0;
  for (let i = 0; i < values.length; i++) if (!isStaleMarker(values[i]!)) keep[size++] = i;
  const timestamps = new Float64Array(size);
  const kept = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    timestamps[i] = series.timestamps[keep[i]!]!;
    kept[i] = values[keep[i]!]!;
  }
  const { labels, histograms, startTimes } = series;
  return {
    labels,
    timestamps,
    values: kept,
    ...(histograms !== undefined && { histograms: Array.from(keep, (i) => histograms[i]) }),
    ...(startTimes !== undefined && { startTimes: Float64Array.from(keep, (i) => startTimes[i]!) }),
  };
}

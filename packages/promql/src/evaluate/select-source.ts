import type { Labels, Matcher } from '@jaegis/model';
import type { FloatHistogram } from '../histogram/float-histogram.ts';

export interface SelectedSeries {
  readonly labels: Labels;
  /** Epoch milliseconds, rising. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  /** When the counter of each sample began, epoch milliseconds; 0 where that is not known. Left out where none is. */
  readonly startTimes?: Float64Array | undefined;
  /** Samples that are histograms, at the place of their timestamp; left out where all are numbers. */
  readonly histograms?: readonly (FloatHistogram | undefined)[] | undefined;
  /** What is known of the values: none is NaN; with `rising` none is lower than the one before either. */
  readonly course?: 'numbers' | 'rising' | undefined;
}

/** What the samples are wanted for, so that a source can choose how finely it reads (rollups) and what it leaves out. */
export interface SelectHints {
  /** First and last moment that is looked at, the lookback or range before the first step included. Epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  /** Distance of the steps at which the result is wanted; 0 for a single moment. */
  readonly stepMs: number;
  /** The function or aggregation right around the selector (`rate`, `max_over_time`, `sum`); empty when there is none. */
  readonly func: string;
  /** Length of the window that each step looks at; 0 for a selector without a range. */
  readonly rangeMs: number;
  /** Labels of the aggregation right around the selector. */
  readonly grouping: readonly string[];
  /** True for `by`, false for `without`. */
  readonly by: boolean;
}

export interface SourceLimits {
  readonly maxSeries?: number;
  readonly maxSamples?: number;
  readonly hints?: SelectHints;
}

/** A series whose samples are read when they are wanted, so that those of one need be in memory at a time. */
export interface SeriesReader {
  readonly labels: Labels;
  /** At least as many samples as `read` gives. */
  readonly size: number;
  /**
   * The arrays are good until the next series is read. Where a window was asked for, one that gets the same array of timestamps
   * as the series before has the same timestamps.
   */
  read(): Omit<SelectedSeries, 'labels'>;
}

/** Where samples come from. May throw an error named `SelectLimitError` when a limit is passed. */
export interface SelectSource {
  /** All series that fit, with their samples in [fromMs, toMs]. The arrays belong to the caller, who may give them away. */
  select(matchers: readonly Matcher[], fromMs: number, toMs: number, limits?: SourceLimits): readonly SelectedSeries[];
}

/** A source that need not read all at once. Some of its series may have no samples. */
export interface LazySource {
  find(matchers: readonly Matcher[], fromMs: number, toMs: number, limits?: SourceLimits): readonly SeriesReader[];
}

/** The series of either kind of source. */
export function findSeries(
  source: SelectSource | LazySource,
  selection: { matchers: readonly Matcher[]; fromMs: number; toMs: number },
  limits: SourceLimits,
): readonly SeriesReader[] {
  const { matchers, fromMs, toMs } = selection;
  if ('find' in source) return source.find(matchers, fromMs, toMs, limits);
  return source.select(matchers, fromMs, toMs, limits).map((series) => ({
    labels: series.labels,
    size: series.timestamps.length,
    read: () => series,
  }));
}

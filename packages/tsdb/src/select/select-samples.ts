import type { Labels, SeriesRef } from '@jaegis/model';
import type { Head } from '../head/head.ts';

export interface SeriesData {
  readonly ref: SeriesRef;
  readonly labels: Labels;
  /** Epoch milliseconds, rising. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

export interface SelectLimits {
  readonly maxSeries?: number;
  readonly maxSamples?: number;
}

/** A question that would take more than it may. */
export class SelectLimitError extends Error {
  override readonly name = 'SelectLimitError';
}

/** Reads the samples of rows in [fromMs, toMs]. The limit on samples is checked before anything is decoded. */
export function selectSamples(
  head: Head,
  rows: readonly number[],
  query: { fromMs: number; toMs: number; limits: SelectLimits },
): SeriesData[] {
  const { fromMs, toMs, limits } = query;
  const { maxSeries = Number.POSITIVE_INFINITY, maxSamples = Number.POSITIVE_INFINITY } = limits;
  let samples = 0;
  const wanted = rows.filter((row) => {
    const count = head.estimate(row, fromMs, toMs);
    samples += count;
    return count > 0;
  });
  if (samples > maxSamples)
    throw new SelectLimitError('query processing would load too many samples into memory in query execution');
  if (wanted.length > maxSeries)
    throw new SelectLimitError(`query would touch ${wanted.length} series, must be at most ${maxSeries}`);
  const result: SeriesData[] = [];
  for (const row of wanted) {
    const { timestamps, values } = head.read(row, fromMs, toMs);
    if (timestamps.length > 0)
      result.push({ ref: head.series.refs[row]!, labels: head.series.labels(row), timestamps, values });
  }
  return result;
}

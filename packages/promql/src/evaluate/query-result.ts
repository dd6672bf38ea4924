import type { Labels } from '@jaegis/model';

/** Seconds since the epoch, and the value as text: Prometheus' form of a sample. */
export type Point = readonly [number, string];

/** A native histogram in the form of the HTTP API; `boundaries`: 0 open left, 1 open right, 2 both open, 3 both closed. */
export interface HistogramJson {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly (readonly [boundaries: number, lower: string, upper: string, count: string])[];
}

export type HistogramPoint = readonly [number, HistogramJson];

export interface VectorSample {
  readonly metric: Labels;
  readonly value?: Point;
  readonly histogram?: HistogramPoint;
}

export interface MatrixSeries {
  readonly metric: Labels;
  readonly values?: readonly Point[];
  readonly histograms?: readonly HistogramPoint[];
}

export interface QueryFailure {
  readonly ok: false;
  /** Prometheus' words: `bad_data` answers 400, `execution` 422, `timeout` and `canceled` 503. */
  readonly errorType: 'bad_data' | 'execution' | 'timeout' | 'canceled';
  readonly error: string;
}

/** What comes beside a result. */
export interface Remarks {
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  /** Samples that were read from the source. */
  readonly samplesRead: number;
}

export type QueryData =
  | { readonly resultType: 'vector'; readonly result: readonly VectorSample[] }
  | { readonly resultType: 'matrix'; readonly result: readonly MatrixSeries[] }
  | { readonly resultType: 'scalar'; readonly result: Point }
  | { readonly resultType: 'string'; readonly result: Point };

export type QueryResult = ({ readonly ok: true } & QueryData & Remarks) | QueryFailure;

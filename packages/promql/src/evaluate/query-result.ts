import type { Labels } from '@jaegis/model';

/** Seconds since the epoch, and the value as text: Prometheus' form of a sample. */
export type Point = readonly [number, string];

export interface VectorSample {
  readonly metric: Labels;
  readonly value: Point;
}

export interface MatrixSeries {
  readonly metric: Labels;
  readonly values: readonly Point[];
}

export interface QueryFailure {
  readonly ok: false;
  /** Prometheus' words: `bad_data` answers 400, `execution` and `timeout` 422 and 503. */
  readonly errorType: 'bad_data' | 'execution';
  readonly error: string;
}

export type QueryResult =
  | { readonly ok: true; readonly resultType: 'vector'; readonly result: readonly VectorSample[] }
  | { readonly ok: true; readonly resultType: 'matrix'; readonly result: readonly MatrixSeries[] }
  | QueryFailure;

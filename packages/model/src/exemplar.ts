import type { Labels } from './labels.ts';
import type { SeriesRef } from './sample-batch.ts';

/** One observation behind a series, with labels of its own: most often the trace it belongs to. */
export interface Exemplar {
  readonly ref: SeriesRef;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly value: number;
  readonly labels: Labels;
}

import type { SeriesRef } from '@jaegis/model';
import type { Refusal } from '../otlp/refusal.ts';
import type { GrowingBatch } from './growing-batch.ts';

/** Series that need more than a ref: several of them (histograms, summaries), or a memory (delta points). */
export interface CompoundSeries {
  /** Every ref it writes to; dropped as a whole when the store drops one of them. */
  readonly refs: readonly SeriesRef[];
}

/** What a compound series may ask for while it writes one point. */
export interface PointContext {
  readonly batch: GrowingBatch;
  readonly now: number;
  /** A series of this point: its labels with this name, and `le` or `quantile` where given. */
  resolve(name: string, extra?: readonly [label: string, value: string]): SeriesRef | Refusal;
  /** Called in reverse order when the request turns out to be malformed further on: takes back what a delta added. */
  onUndo(undo: () => void): void;
}

export const outOfOrderDelta: Refusal = {
  rejected: 'out_of_order',
  message: 'a delta point is older than the newest one of its series',
};

/** What the main thread and the query worker tell each other. */
import type { PreparedQuery, QueryAnswer, SelectedSeries } from '@jaegis/promql';

export interface QueryJob {
  readonly id: number;
  readonly query: PreparedQuery;
  readonly order: readonly number[];
  readonly parts: readonly (readonly (readonly SelectedSeries[])[])[];
  /** Milliseconds that the evaluation may take. */
  readonly timeoutMs: number;
  /** One cell, not 0 once nobody waits for the answer. */
  readonly canceled: Int32Array;
}

export interface QueryDone {
  readonly id: number;
  readonly answer: QueryAnswer;
}

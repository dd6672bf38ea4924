/** What the main thread and the query workers tell each other. */
import type { PreparedQuery, QueryAnswer, QueryPlan } from '@jaegis/promql';
import type { HandedOver } from '@jaegis/tsdb';

/** What a worker is started with. */
export interface WorkerSetup {
  /** The folder of the metrics; its blocks are read there. */
  readonly folder: string;
  /** What is read of blocks is kept up to this much. */
  readonly cacheBytes: number;
}

export interface QueryJob {
  readonly id: number;
  readonly query: PreparedQuery;
  readonly plan: QueryPlan;
  /** The samples of the head, and where the others are. */
  readonly handed: HandedOver;
  /** Milliseconds that the evaluation may take. */
  readonly timeoutMs: number;
  /** One cell, not 0 once nobody waits for the answer. */
  readonly canceled: Int32Array;
}

export interface QueryDone {
  readonly id: number;
  readonly answer: QueryAnswer;
  /** Damages met in blocks, in words. */
  readonly damages: readonly string[];
}

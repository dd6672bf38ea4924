/** A number that stands for one series while the process lives (its labels are kept by the head). */
export type SeriesRef = number;

/**
 * Many samples in three parallel arrays; only the first `length` entries count. The owner may reuse the arrays after
 * the call that took them has returned (or, where a promise is returned, settled).
 */
export interface SampleBatch {
  readonly refs: Uint32Array;
  /** Epoch milliseconds. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  length: number;
}

/** Why a sample was not taken. The same word in the answer, the log and `jaegis_ingest_rejected_total{reason}`. */
export type RejectReason =
  | 'too_old'
  | 'too_new'
  | 'out_of_order'
  | 'duplicate'
  | 'series_limit'
  | 'agent_limit'
  | 'unknown_series'
  | 'invalid_name'
  | 'label_limit'
  | 'malformed'
  | 'too_large'
  | 'unsupported'
  | 'rate_limited'
  | 'queue_full'
  | 'storage';

export type Rejections = Partial<Record<RejectReason, number>>;

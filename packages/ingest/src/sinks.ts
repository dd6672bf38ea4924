import type {
  Exemplar,
  Labels,
  LogRecord,
  MetricMetadata,
  Rejections,
  RejectReason,
  ResourceIdentity,
  SampleBatch,
  SeriesRef,
  Span,
} from '@jaegis/model';

/** Where samples go; `MetricsStore` is one. */
export interface SampleSink {
  resolve(labels: Labels, now: number): SeriesRef | { readonly rejected: RejectReason; readonly detail?: string };
  /** Settles when the samples are safe. The batch's arrays may be reused after that. */
  append(batch: SampleBatch, now: number): Promise<{ readonly accepted: number; readonly rejected: Rejections }>;
}

/** Everything that received telemetry is handed to. */
export interface TelemetrySinks {
  readonly samples: SampleSink;
  spans(spans: readonly Span[], now: number): void;
  logs(records: readonly LogRecord[], now: number): Promise<void> | void;
  /** Exemplars of series that were resolved before; how many were kept. */
  exemplars(exemplars: readonly Exemplar[]): number;
  /** What senders say of their metrics. */
  metadata(metadata: readonly MetricMetadata[]): void;
  /** A resource has been seen. False: it is refused (agent limit), and so is what it sent. */
  contact(identity: ResourceIdentity, now: number): boolean;
}

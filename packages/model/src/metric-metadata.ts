/** The types of metrics in OpenMetrics' words. */
export type MetricType =
  | 'unknown'
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset';

/** What a metric is, in its sender's words. */
export interface MetricMetadata {
  /** Of the metric family: without `_bucket`, `_sum`, `_count`. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
}

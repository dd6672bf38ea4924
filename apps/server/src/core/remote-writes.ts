import type { Exemplar, MetricMetadata } from '@jaegis/model';
import type { SelfMetrics } from './self-metrics.ts';

/** What the core knows of remote write: how it does, and that it wants looking after. */
export interface RemoteWrites {
  stats(): RemoteWriteReport;
  /** From where it learns what metrics are. */
  learnMetadata(metadataOf: (metric: string) => MetricMetadata | undefined): void;
  /** Sends exemplars on, with the next samples of their series. */
  exemplars(exemplars: readonly Exemplar[]): void;
  /** Lets go of what every destination has. */
  maintain(): Promise<void>;
}

export interface RemoteWriteReport {
  readonly spoolBytes: number;
  readonly spoolBytesMax: number;
  /** Samples that the disk did not take. */
  readonly lost: number;
  readonly error: string;
  readonly writers: readonly {
    readonly name: string;
    readonly url: string;
    readonly sent: number;
    readonly sentExemplars: number;
    readonly sentMetadata: number;
    readonly retries: number;
    readonly dropped: Readonly<Record<string, number>>;
    readonly pending: number;
    readonly lagMs: number;
    readonly lastSentAt: number | null;
    readonly error: string;
  }[];
}

export function measureRemoteWrites(remote: RemoteWrites, metrics: SelfMetrics): void {
  const { spoolBytes, spoolBytesMax, lost, writers } = remote.stats();
  metrics.set('jaegis_remote_write_spool_bytes', spoolBytes);
  metrics.set('jaegis_remote_write_spool_limit_bytes', spoolBytesMax);
  metrics.set('jaegis_remote_write_dropped_samples_total', lost, { remote: '', reason: 'storage' });
  for (const { name, sent, sentExemplars, sentMetadata, retries, dropped, pending, lagMs, error } of writers) {
    const remote_ = { remote: name };
    metrics.set('jaegis_remote_write_sent_samples_total', sent, remote_);
    metrics.set('jaegis_remote_write_sent_exemplars_total', sentExemplars, remote_);
    metrics.set('jaegis_remote_write_sent_metadata_total', sentMetadata, remote_);
    metrics.set('jaegis_remote_write_retries_total', retries, remote_);
    metrics.set('jaegis_remote_write_pending_samples', pending, remote_);
    metrics.set('jaegis_remote_write_lag_seconds', lagMs / 1_000, remote_);
    metrics.set('jaegis_remote_write_up', error === '' ? 1 : 0, remote_);
    for (const [reason, count] of Object.entries(dropped))
      metrics.set('jaegis_remote_write_dropped_samples_total', count, { ...remote_, reason });
  }
}

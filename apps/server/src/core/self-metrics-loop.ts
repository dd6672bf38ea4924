import { effectOf } from '@jaegis/scaling';
import type { Fleet } from './fleet.ts';
import { readCounters } from './ingest-rates.ts';
import type { LoopStats } from './loop-runner.ts';
import type { PoolEntry } from './pool-book.ts';
import { measureRemoteWrites } from './remote-writes.ts';
import type { SelfMetrics } from './self-metrics.ts';

const descriptions: readonly (readonly [string, 'counter' | 'gauge' | 'summary', string])[] = [
  ['jaegis_ingest_samples_total', 'counter', 'Samples taken, by protocol.'],
  ['jaegis_ingest_rejected_total', 'counter', 'What was refused, by protocol and reason.'],
  ['jaegis_ingest_spans_total', 'counter', 'Spans taken.'],
  ['jaegis_ingest_logs_total', 'counter', 'Log records taken.'],
  ['jaegis_ingest_bytes_total', 'counter', 'Bytes of request bodies as they came, by protocol.'],
  ['jaegis_ingest_requests_total', 'counter', 'Requests that brought telemetry, by protocol.'],
  ['jaegis_telemetry_log_failures_total', 'counter', 'Writes of spans and logs that failed.'],
  ['jaegis_ingest_heartbeats_total', 'counter', 'Heartbeats taken.'],
  ['jaegis_decision_duration_seconds', 'summary', 'Time of one pool in a decision round.'],
  ['jaegis_scaling_decisions_total', 'counter', 'Decision rounds, by pool and reason.'],
  ['jaegis_scaling_failures_total', 'counter', 'Decision rounds that threw, by pool.'],
  ['jaegis_scaling_accuracy_ratio', 'gauge', 'Predicted against real use of capacity over judged actions, by pool.'],
  ['jaegis_scaling_efficiency_ratio', 'gauge', 'Work done over capacity paid for, faded over a day, by pool.'],
  ['jaegis_scaling_stability_ratio', 'gauge', 'Changes that were not turned back within 15 minutes, by pool.'],
  ['jaegis_scaling_speed_ratio', 'gauge', 'Predicted over real time from order to effect, by pool.'],
  ['jaegis_scaling_short_ratio', 'gauge', 'Share of time short of capacity, faded over half an hour, by pool.'],
  ['jaegis_scaling_start_seconds', 'gauge', 'From order to ready, by pool.'],
  ['jaegis_scaling_tuned_factor', 'gauge', 'Factor that outcomes have put on a scaling parameter, by pool.'],
  ['jaegis_scaling_tunings_total', 'counter', 'Changes of scaling parameters, by pool, parameter and state.'],
  ['jaegis_scaling_resizes_total', 'counter', 'Changes of the size of replicas, by pool, reason and outcome.'],
  ['jaegis_target_events_total', 'counter', 'What targets reported of their instances.'],
  ['jaegis_alerts_total', 'counter', 'Changes of alerts, by kind and state.'],
  ['jaegis_notifications_total', 'counter', 'Notifications handed to receivers.'],
  ['jaegis_posted_alerts_total', 'counter', 'Requests of others with alerts for us, as their Alertmanager.'],
  ['jaegis_loop_runs_total', 'counter', 'Runs of each loop.'],
  ['jaegis_loop_failures_total', 'counter', 'Runs of each loop that threw.'],
  ['jaegis_loop_duration_seconds', 'gauge', 'Duration of the last run of each loop.'],
  ['jaegis_behavior_seconds_per_agent', 'gauge', 'Following the behaviour of one agent for one tick, on average.'],
  ['jaegis_detection_series', 'gauge', 'Series from outside that anomaly detection watches.'],
  ['jaegis_detection_series_warming', 'gauge', 'Of these, series that anomaly detection says nothing of yet.'],
  ['jaegis_detection_anomalies_total', 'counter', 'Anomalies of series from outside that were told.'],
  [
    'jaegis_detection_series_awaited',
    'gauge',
    'Of these, series whose learning outlived a restart and that were not seen since.',
  ],
  [
    'jaegis_detection_save_failures_total',
    'counter',
    'Times that what detection has learned could not be written to the disk.',
  ],
  ['jaegis_detection_points_total', 'counter', 'Samples from outside that anomaly detection has looked at.'],
  ['jaegis_behavior_bytes_per_agent', 'gauge', 'Memory that the profile of one agent takes.'],
  ['jaegis_rule_group_evaluations_total', 'counter', 'Evaluations of each group of rules.'],
  [
    'jaegis_rule_group_missed_total',
    'counter',
    'Moments at which a group of rules should have been evaluated and was not.',
  ],
  ['jaegis_rule_group_duration_seconds', 'gauge', 'Duration of the last evaluation of each group of rules.'],
  ['jaegis_rule_group_last_evaluation_timestamp_seconds', 'gauge', 'When each group of rules was last evaluated.'],
  ['jaegis_rule_evaluations_total', 'counter', 'Evaluations of single rules, by group.'],
  ['jaegis_rule_failures_total', 'counter', 'Evaluations of single rules that failed, by group.'],
  ['jaegis_rule_samples_refused_total', 'counter', 'Samples of rules that the store did not take, by group.'],
  ['jaegis_rule_alerts', 'gauge', 'Alerts of rules, by state.'],
  ['jaegis_remote_write_sent_samples_total', 'counter', 'Samples that each destination of remote write has taken.'],
  ['jaegis_remote_write_dropped_samples_total', 'counter', 'Samples that will not arrive, by destination and reason.'],
  ['jaegis_remote_write_retries_total', 'counter', 'Requests that were tried again, by destination.'],
  ['jaegis_remote_write_pending_samples', 'gauge', 'Samples in memory that wait for each destination.'],
  ['jaegis_remote_write_lag_seconds', 'gauge', 'Age of the oldest samples that a destination has not taken.'],
  ['jaegis_remote_write_sent_exemplars_total', 'counter', 'Exemplars that a destination has taken.'],
  [
    'jaegis_remote_write_sent_metadata_total',
    'counter',
    'Descriptions of metrics that a destination of 1.0 has taken, again and again.',
  ],
  ['jaegis_remote_write_up', 'gauge', '1 while the last request to a destination was taken.'],
  ['jaegis_remote_write_spool_bytes', 'gauge', 'Disk taken by samples that are not delivered everywhere.'],
  ['jaegis_remote_write_spool_limit_bytes', 'gauge', 'Disk that they may take.'],
  ['jaegis_queries_total', 'counter', 'Queries of the Prometheus API that were answered here, by outcome.'],
  ['jaegis_query_duration_seconds', 'summary', 'Time from a query to its answer, waiting for others included.'],
  ['jaegis_query_kept_samples', 'gauge', 'Decoded samples that the threads for queries keep, at most; 16 bytes each.'],
  ['jaegis_query_store_up', 'gauge', '1 while the store that answers queries is there.'],
  ['jaegis_query_store_questions_total', 'counter', 'Questions to the store that answers queries, by outcome.'],
  ['jaegis_agents', 'gauge', 'Agents, by connectivity.'],
  ['jaegis_store_series', 'gauge', 'Series in the head.'],
  ['jaegis_store_series_limit', 'gauge', 'Most series that the head takes.'],
  ['jaegis_receiver_sent_total', 'counter', 'Notifications delivered, by receiver.'],
  ['jaegis_receiver_failures_total', 'counter', 'Notifications given up, by receiver.'],
  ['jaegis_store_samples', 'gauge', 'Samples in the head.'],
  ['jaegis_store_bytes', 'gauge', 'Bytes of the metrics store, in memory and on disk.'],
  ['jaegis_store_blocks', 'gauge', 'Blocks of the metrics store.'],
  [
    'jaegis_store_block_bytes',
    'gauge',
    'Bytes of the blocks of each tier (width of a bucket in seconds, 0 for raw samples).',
  ],
  ['jaegis_store_damaged_total', 'counter', 'Damaged records and blocks that were left out, by where.'],
  [
    'jaegis_store_block_threads_lost_total',
    'counter',
    'Threads that ended while writing blocks; the work was done again.',
  ],
  ['jaegis_store_failing', 'gauge', '1 while the disk of the metrics store fails or is full.'],
  ['jaegis_metadata_waiting', 'gauge', 'Records of decisions, incidents and agents that wait for room on the disk.'],
  ['jaegis_dropped_total', 'counter', 'What a full table or queue refused, by where.'],
  ['jaegis_event_listeners', 'gauge', 'Open event streams.'],
  ['jaegis_forecast_trust', 'gauge', 'How much better than naive the forecasts have lately been, 0..1.'],
  ['jaegis_forecast_error_ratio', 'gauge', 'Mean absolute error of forecasts over the mean of the truth, faded.'],
  ['jaegis_forecast_coverage_ratio', 'gauge', 'Share of truths inside the widest interval, faded.'],
  ['jaegis_forecast_scored_total', 'counter', 'Forecast points compared with the truth.'],
  [
    'jaegis_forecast_network_trained_timestamp_seconds',
    'gauge',
    'When the network of the member lstm was trained last.',
  ],
  [
    'jaegis_forecast_network_loss',
    'gauge',
    'Error of that network on what was held back, in usual errors of a naive forecast; when "before", before its training.',
  ],
  ['jaegis_forecast_network_series', 'gauge', 'Series that it was trained on.'],
  ['jaegis_forecast_network_trainings_total', 'counter', 'Trainings, over restarts too.'],
  ['jaegis_forecast_network_training_seconds_total', 'counter', 'Time that its thread has worked.'],
  ['jaegis_forecast_network_weight_ratio', 'gauge', 'Its share in the newest forecast.'],
  ['jaegis_warning_precision_ratio', 'gauge', 'Share of warnings after which the problem came.'],
  ['jaegis_warning_recall_ratio', 'gauge', 'Share of problems that were warned of.'],
  ['jaegis_warning_lead_seconds', 'gauge', 'Median time from a warning to its problem.'],
  ['jaegis_warnings_scored_total', 'counter', 'Warnings and missed problems whose outcome is known.'],
  ['jaegis_incident_feedback_total', 'counter', 'What people said of incidents, by verdict.'],
];

export function describeSelfMetrics(metrics: SelfMetrics): void {
  for (const [name, type, help] of descriptions) metrics.describe(name, type, help);
}

/** Brings the gauges up to date; the counters count where things happen. */
export function refreshSelfMetrics(fleet: Fleet, loops: readonly Readonly<LoopStats>[]): void {
  const { selfMetrics, counters } = fleet;
  for (const loop of loops) {
    selfMetrics.set('jaegis_loop_runs_total', loop.runs, { loop: loop.name });
    selfMetrics.set('jaegis_loop_failures_total', loop.failures, { loop: loop.name });
    selfMetrics.set('jaegis_loop_duration_seconds', loop.lastMs / 1_000, { loop: loop.name });
  }
  for (const [connectivity, count] of Object.entries(fleet.registry.counts()))
    selfMetrics.set('jaegis_agents', count, { connectivity });
  const store = fleet.store.stats();
  selfMetrics.set('jaegis_store_series', store.series);
  selfMetrics.set('jaegis_store_series_limit', store.seriesLimit);
  selfMetrics.set('jaegis_store_samples', store.samples);
  selfMetrics.set('jaegis_store_bytes', store.bytesInMemory, { where: 'memory' });
  selfMetrics.set('jaegis_store_bytes', store.bytesOnDisk, { where: 'disk' });
  selfMetrics.set('jaegis_store_blocks', store.blocks.count);
  for (const { widthMs, bytes } of store.blocks.tiers)
    selfMetrics.set('jaegis_store_block_bytes', bytes, { bucket_seconds: String(widthMs / 1_000) });
  selfMetrics.set('jaegis_store_damaged_total', store.replay.damaged, { where: 'log' });
  selfMetrics.set('jaegis_store_damaged_total', store.blocks.damaged, { where: 'blocks' });
  selfMetrics.set('jaegis_store_block_threads_lost_total', store.blocks.lostThreads);
  selfMetrics.set('jaegis_store_failing', store.storageError === '' ? 0 : 1);
  const metadata = fleet.metadata.stats();
  selfMetrics.set('jaegis_metadata_waiting', metadata.waiting);
  selfMetrics.set('jaegis_dropped_total', metadata.lost, { where: 'metadata' });
  for (const { name, labels, value } of counters.lines()) selfMetrics.set(name, value, labels);
  selfMetrics.set('jaegis_dropped_total', fleet.registry.refused, { where: 'agents' });
  selfMetrics.set('jaegis_dropped_total', fleet.red.refused, { where: 'red_windows' });
  for (const [where, count] of Object.entries(fleet.topology.refused))
    selfMetrics.set('jaegis_dropped_total', count, { where: `topology_${where}` });
  selfMetrics.set('jaegis_dropped_total', fleet.pools.refused, { where: 'pools' });
  selfMetrics.set('jaegis_dropped_total', fleet.writer.refused, { where: 'signals' });
  selfMetrics.set('jaegis_dropped_total', fleet.posted.refused, { where: 'posted_alerts' });
  selfMetrics.set('jaegis_dropped_total', fleet.silencing.book.refused, { where: 'silences' });
  selfMetrics.set('jaegis_dropped_total', fleet.detection.refused, { where: 'anomalies' });
  selfMetrics.set('jaegis_dropped_total', fleet.behavior.refused, { where: 'behavior' });
  const received = fleet.received.stats();
  selfMetrics.set('jaegis_detection_series', received.series);
  selfMetrics.set('jaegis_detection_points_total', received.points);
  selfMetrics.set('jaegis_detection_series_awaited', received.awaited);
  selfMetrics.set('jaegis_store_damaged_total', received.damaged, { where: 'detection' });
  selfMetrics.set('jaegis_dropped_total', received.shed, { where: 'detection_points' });
  selfMetrics.set('jaegis_dropped_total', received.refused, { where: 'detection_series' });
  selfMetrics.set('jaegis_dropped_total', received.untold, { where: 'detection_anomalies' });
  selfMetrics.set('jaegis_detection_series_warming', received.warming);
  selfMetrics.set('jaegis_detection_anomalies_total', received.told);
  const behavior = fleet.behavior.stats();
  selfMetrics.set('jaegis_behavior_seconds_per_agent', (behavior.microsecondsPerAgent ?? 0) / 1e6);
  selfMetrics.set('jaegis_behavior_bytes_per_agent', behavior.bytesPerAgent);
  for (const { name: receiver, stats } of [...fleet.receivers, ...fleet.alertSinks]) {
    selfMetrics.set('jaegis_receiver_sent_total', stats.sent, { receiver });
    selfMetrics.set('jaegis_receiver_failures_total', stats.failed, { receiver });
  }
  fleet.rules.measure(selfMetrics);
  if (fleet.keptSamples !== undefined) selfMetrics.set('jaegis_query_kept_samples', fleet.keptSamples());
  if (fleet.queryStore !== undefined) {
    const { answered, unanswered, awaySince } = fleet.queryStore.stats();
    selfMetrics.set('jaegis_query_store_up', awaySince === null ? 1 : 0);
    selfMetrics.set('jaegis_query_store_questions_total', answered, { outcome: 'answered' });
    selfMetrics.set('jaegis_query_store_questions_total', unanswered, { outcome: 'away' });
  }
  if (fleet.remoteWrites !== undefined) measureRemoteWrites(fleet.remoteWrites, selfMetrics);
  for (const entry of fleet.pools.sized()) measureEffect(selfMetrics, entry);
  selfMetrics.set('jaegis_event_listeners', fleet.events.listeners);
  for (const [key, trust] of fleet.trust) {
    const slash = key.lastIndexOf('/');
    const [signal = '', reach = 'hour'] = key.slice(slash + 1).split(':');
    const labels = { pool: key.slice(0, slash), signal, reach };
    selfMetrics.set('jaegis_forecast_trust', trust.trust, labels);
    selfMetrics.set('jaegis_forecast_scored_total', trust.scored, labels);
    if (trust.meanError !== null) selfMetrics.set('jaegis_forecast_error_ratio', trust.meanError, labels);
    if (trust.coverage !== null) selfMetrics.set('jaegis_forecast_coverage_ratio', trust.coverage.seen, labels);
  }
  const network = fleet.network.last;
  if (network !== undefined) {
    selfMetrics.set('jaegis_forecast_network_trained_timestamp_seconds', network.trainedAt / 1_000);
    selfMetrics.set('jaegis_forecast_network_loss', network.loss, { when: 'after' });
    selfMetrics.set('jaegis_forecast_network_loss', network.firstLoss, { when: 'before' });
    selfMetrics.set('jaegis_forecast_network_series', network.series);
    selfMetrics.set('jaegis_forecast_network_trainings_total', network.trainings);
  }
  const warnings = fleet.alarmOutcomes.stats();
  selfMetrics.set('jaegis_warnings_scored_total', warnings.scored);
  if (warnings.precision !== null) selfMetrics.set('jaegis_warning_precision_ratio', warnings.precision);
  if (warnings.recall !== null) selfMetrics.set('jaegis_warning_recall_ratio', warnings.recall);
  if (warnings.leadMsMedian !== null) selfMetrics.set('jaegis_warning_lead_seconds', warnings.leadMsMedian / 1_000);
}

function measureEffect(selfMetrics: SelfMetrics, entry: PoolEntry): void {
  const pool = entry.name;
  const { accuracy, efficiency, stability, speed, short, startMs, tuned } = effectOf(entry.state.effect);
  const shares = { accuracy, efficiency, stability, speed, short };
  for (const [name, value] of Object.entries(shares))
    if (value !== null) selfMetrics.set(`jaegis_scaling_${name}_ratio`, value, { pool });
  if (startMs !== null) selfMetrics.set('jaegis_scaling_start_seconds', startMs / 1_000, { pool });
  for (const [parameter, factor] of Object.entries(tuned))
    selfMetrics.set('jaegis_scaling_tuned_factor', factor, { pool, parameter });
}

/** Every 10 s: JAEGIS watches itself in its own store. */
export async function runSelfMetrics(fleet: Fleet, loops: readonly Readonly<LoopStats>[], now: number): Promise<void> {
  readCounters(fleet, now);
  refreshSelfMetrics(fleet, loops);
  for (const { name, labels, value } of fleet.selfMetrics.entries()) {
    fleet.writer.record({ __name__: name, job: 'jaegis', ...labels }, value, now);
  }
  await fleet.writer.flush(now);
}

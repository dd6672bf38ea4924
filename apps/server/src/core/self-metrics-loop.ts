import { effectOf } from '@jaegis/scaling';
import type { Fleet } from './fleet.ts';
import { readCounters } from './ingest-rates.ts';
import type { LoopStats } from './loop-runner.ts';
import type { PoolEntry } from './pool-book.ts';
import { measureRemoteWrites } from './remote-writes.ts';
import type { SelfMetrics } from './self-metrics.ts';

/** Brings the gauges up to date; the counters count where things happen. */
export function refreshSelfMetrics(fleet: Fleet, loops: readonly Readonly<LoopStats>[]): void {
  const { selfMetrics, counters } = fleet;
  for (const { name, labels, value } of counters.lines()) selfMetrics.set(name, value, labels);
  measureLoops(selfMetrics, loops);
  for (const [connectivity, count] of Object.entries(fleet.registry.counts()))
    selfMetrics.set('jaegis_agents', count, { connectivity });
  measureStore(fleet);
  measureDropped(fleet);
  measureDetection(fleet);
  for (const { name: receiver, stats } of [...fleet.receivers, ...fleet.alertSinks]) {
    selfMetrics.set('jaegis_receiver_sent_total', stats.sent, { receiver });
    selfMetrics.set('jaegis_receiver_failures_total', stats.failed, { receiver });
  }
  fleet.rules.measure(selfMetrics);
  measureQueries(fleet);
  if (fleet.remoteWrites !== undefined) measureRemoteWrites(fleet.remoteWrites, selfMetrics);
  for (const entry of fleet.pools.sized()) measureEffect(selfMetrics, entry);
  selfMetrics.set('jaegis_event_listeners', fleet.events.listeners);
  measureForecasts(fleet);
  measureWarnings(fleet);
}

function measureLoops(selfMetrics: SelfMetrics, loops: readonly Readonly<LoopStats>[]): void {
  for (const loop of loops) {
    selfMetrics.set('jaegis_loop_runs_total', loop.runs, { loop: loop.name });
    selfMetrics.set('jaegis_loop_failures_total', loop.failures, { loop: loop.name });
    selfMetrics.set('jaegis_loop_duration_seconds', loop.lastMs / 1_000, { loop: loop.name });
  }
}

function measureStore(fleet: Fleet): void {
  const { selfMetrics } = fleet;
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
}

/** What was refused or given up because a table or queue was full, by where. */
function measureDropped(fleet: Fleet): void {
  const { selfMetrics } = fleet;
  const metadata = fleet.metadata.stats();
  selfMetrics.set('jaegis_metadata_waiting', metadata.waiting);
  selfMetrics.set('jaegis_dropped_total', metadata.lost, { where: 'metadata' });
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
}

function measureDetection(fleet: Fleet): void {
  const { selfMetrics } = fleet;
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
}

function measureQueries(fleet: Fleet): void {
  const { selfMetrics } = fleet;
  if (fleet.keptSamples !== undefined) selfMetrics.set('jaegis_query_kept_samples', fleet.keptSamples());
  if (fleet.queryStore !== undefined) {
    const { answered, unanswered, awaySince } = fleet.queryStore.stats();
    selfMetrics.set('jaegis_query_store_up', awaySince === null ? 1 : 0);
    selfMetrics.set('jaegis_query_store_questions_total', answered, { outcome: 'answered' });
    selfMetrics.set('jaegis_query_store_questions_total', unanswered, { outcome: 'away' });
  }
}

function measureForecasts(fleet: Fleet): void {
  const { selfMetrics } = fleet;
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
}

function measureWarnings(fleet: Fleet): void {
  const { selfMetrics } = fleet;
  const warnings = fleet.alarmOutcomes.stats();
  selfMetrics.set('jaegis_warnings_scored_total', warnings.scored);
  if (warnings.precision !== null) selfMetrics.set('jaegis_warning_precision_ratio', warnings.precision);
  if (warnings.recall !== null) selfMetrics.set('jaegis_warning_recall_ratio', warnings.recall);
  if (warnings.leadMsMedian !== null) selfMetrics.set('jaegis_warning_lead_seconds', warnings.leadMsMedian / 1_000);
  for (const source of ['own', 'received'] as const) {
    const { scored, company, chance } = fleet.anomalyOutcomes.stats(source);
    selfMetrics.set('jaegis_anomalies_scored_total', scored, { source });
    if (company !== null) selfMetrics.set('jaegis_anomaly_company_ratio', company, { source });
    if (chance !== null) selfMetrics.set('jaegis_anomaly_chance_ratio', chance, { source });
  }
  selfMetrics.set('jaegis_dropped_total', fleet.anomalyOutcomes.refused, { where: 'anomaly_outcomes' });
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

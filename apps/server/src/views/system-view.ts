import type { SystemReport } from '@jaegis/model';
import type { Fleet } from '../core/fleet.ts';
import { rateOfLastMinute } from '../core/ingest-rates.ts';
import { storageErrorOf } from '../core/storage-conditions.ts';
import { networkView } from './network-view.ts';
import type { ViewSources } from './views.ts';

/** JAEGIS itself: what comes in, what is kept, how its loops do. */
export function systemView(fleet: Fleet, sources: ViewSources): SystemReport {
  const store = fleet.store.stats();
  const rates = rateOfLastMinute(fleet);
  const process = fleet.selfUsage;
  return {
    version: fleet.version,
    node: fleet.platform,
    startedAt: fleet.startedAt,
    dataDir: fleet.options.data_dir,
    listen: fleet.options.listen,
    memoryBytes: process?.memoryBytes ?? 0,
    cpuUtilization: process?.cpuUtilization ?? null,
    eventLoopDelayMsP99: process?.eventLoopDelayMsP99 ?? null,
    ingest: {
      samplesPerSecond: rates.samples,
      spansPerSecond: rates.spans,
      logsPerSecond: rates.logs,
      heartbeatsPerSecond: rates.heartbeats,
      byProtocol: rates.byProtocol,
      refused: refusedByReason(fleet),
      visibleMsP99: fleet.visibleMs.quantile(0.99),
    },
    storage: {
      series: store.series,
      seriesLimit: store.seriesLimit,
      samples: store.samples,
      bytesInMemory: store.bytesInMemory,
      bytesOnDisk: store.bytesOnDisk,
      retentionMs: Math.max(fleet.options.retention_raw, fleet.options.retention_1m, fleet.options.retention_1h),
      oldestAt: store.oldestAt,
      replay: { samples: store.replay.samples, tookMs: store.replay.tookMs, damaged: store.replay.damaged },
      blocks: {
        count: store.blocks.count,
        bytes: store.blocks.bytes,
        damaged: store.blocks.damaged,
        tiers: store.blocks.tiers,
      },
      error: storageErrorOf(fleet),
    },
    loops: sources.loops().map((loop) => ({ ...loop })),
    detection: { ...fleet.detection.stats(), received: receivedOf(fleet) },
    network: networkView(fleet),
    forecasts: fleet.pools.list().flatMap((entry) =>
      [...entry.forecasts].map(([key, forecast]) => ({
        pool: entry.name,
        signal: forecast.series['signal'] ?? '',
        reach: forecast.reach ?? 'hour',
        model: forecast.model,
        trust: forecast.trust,
        madeAt: forecast.madeAt,
        scored: fleet.trust.get(`${entry.name}/${key}`)?.scored ?? 0,
        meanError: fleet.trust.get(`${entry.name}/${key}`)?.meanError ?? null,
        coverage: fleet.trust.get(`${entry.name}/${key}`)?.coverage ?? null,
      })),
    ),
    exhaustion: fleet.exhaustion.list().map(({ resource, pool, used, limit, fills: { at, earliest, latest } }) => ({
      resource,
      pool,
      used,
      limit,
      at,
      earliest,
      latest,
    })),
    alarms: {
      warnings: fleet.alarmOutcomes.stats(),
      anomalies: { own: fleet.anomalyOutcomes.stats('own'), received: fleet.anomalyOutcomes.stats('received') },
      feedback: feedbackByVerdict(fleet),
      moved: fleet.alarmTuning.list(fleet.clock.now()),
    },
    scrapes: sources.scraper()?.status() ?? [],
    rules: fleet.rules.status().flatMap(({ config: group, rules }) =>
      rules.map((rule) => ({
        group: group.name,
        name: rule.config.kind === 'alerting' ? rule.config.alert : rule.config.record,
        kind: rule.config.kind,
        state: rule.state,
        alerts: rule.alerts.length,
        health: rule.health,
        error: rule.lastError,
        lastAt: rule.lastAt,
      })),
    ),
    queryStore: fleet.queryStore?.stats() ?? null,
    remoteWrites: remoteWritesOf(fleet),
    receivers: [...fleet.receivers, ...fleet.alertSinks].map((receiver) => ({
      name: receiver.name,
      ...receiver.stats,
    })),
  };
}

function receivedOf(fleet: Fleet): SystemReport['detection']['received'] {
  const { open, bytesPerSeries, ...stats } = fleet.received.stats();
  return {
    series: stats.series,
    seriesLimit: stats.seriesLimit,
    warming: stats.warming,
    awaited: stats.awaited,
    refused: stats.refused,
    shed: stats.shed,
    anomaliesOpen: open,
    toldLastHour: stats.toldLastHour,
    untold: stats.untold,
    bytes: stats.series * bytesPerSeries,
    delayMsP99: stats.delayMsP99,
  };
}

function remoteWritesOf(fleet: Fleet): SystemReport['remoteWrites'] {
  const report = fleet.remoteWrites?.stats();
  return (report?.writers ?? []).map(({ name, sent, dropped, pending, lagMs, lastSentAt, error }) => ({
    name,
    sent,
    dropped: Object.values(dropped).reduce((sum, count) => sum + count, 0),
    pending,
    lagMs,
    lastSentAt,
    error: error || report!.error,
  }));
}

function feedbackByVerdict(fleet: Fleet): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { name, labels, value } of fleet.selfMetrics.entries())
    if (name === 'jaegis_incident_feedback_total') found[labels['verdict'] ?? ''] = value;
  return found;
}

function refusedByReason(fleet: Fleet): Record<string, number> {
  const total: Record<string, number> = {};
  for (const reasons of Object.values(fleet.counters.snapshot().rejected)) {
    for (const [reason, count] of Object.entries(reasons)) total[reason] = (total[reason] ?? 0) + count;
  }
  return total;
}

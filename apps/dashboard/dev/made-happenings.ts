import type {
  Alert,
  Anomaly,
  Decision,
  DecisionReason,
  Incident,
  LogRecord,
  SystemReport,
  TimelineItem,
} from '@jaegis/model';
import { madeDetection, madeNetwork } from './made-detection.ts';
import type { MadeFleet, MadePool } from './made-fleet.ts';
import type { MadeSignals } from './made-signals.ts';

/** What JAEGIS did and saw in the made world: decisions every few minutes, alerts and incidents where there is trouble. */

export function makeDecisions(pool: MadePool, signals: MadeSignals, now: number): Decision[] {
  if (pool.target === null) return [];
  const decisions: Decision[] = [];
  for (let at = now - (now % 120_000); at > now - 86_400_000 / 8 && decisions.length < 90; at -= 120_000) {
    const from = signals.ready(pool, at - 120_000);
    const to = signals.ready(pool, at);
    if (from !== to || decisions.length === 0) decisions.push(makeDecision(pool, signals, { at, from, to }));
  }
  return decisions;
}

function makeDecision(pool: MadePool, signals: MadeSignals, step: { at: number; from: number; to: number }): Decision {
  const { at, from, to } = step;
  const demand = signals.pool(pool, 'request_rate', at) ?? 0;
  const peak = demand * 1.18;
  const isUp = to > from;
  const reason: DecisionReason = to === from ? 'WithinTolerance' : isUp ? 'ScaledUp' : 'ScaledDown';
  const wanted = isUp ? to + 1 : to;
  return {
    id: `d-${pool.name.replace('/', '-')}-${at}`,
    pool: pool.name,
    at,
    from,
    to,
    reason,
    message:
      to === from
        ? 'load is within 10 % of what the replicas carry'
        : isUp
          ? `forecast peak ${peak.toFixed(0)}/s within 90 s needs ${wanted} replicas at ${pool.capacity}/s each`
          : `demand ${demand.toFixed(0)}/s needs ${to} replicas; none more was needed for 5 m`,
    inputs: {
      signals: {
        request_rate: { value: demand, ageMs: 1_400 },
        queue_length: { value: signals.pool(pool, 'queue_length', at), ageMs: 1_400 },
        latency_p95: { value: signals.pool(pool, 'latency_p95', at), ageMs: 1_400 },
        cpu_utilization: { value: signals.pool(pool, 'cpu_utilization', at), ageMs: 4_900 },
        memory_utilization: { value: null, ageMs: 0 },
      },
      replicas: { ready: from, pending: 0, draining: 0 },
      capacityPerReplica: pool.capacity,
      startupMs: 22_000,
    },
    recommendations: [
      {
        source: 'reactive',
        desired: Math.max(from, wanted - 1),
        reason: `saturation ${((demand / (from * pool.capacity)) * 100).toFixed(0)} %, target 80 %`,
      },
      {
        source: 'predictive',
        desired: wanted,
        reason: `peak ${peak.toFixed(0)}/s at the 90 % quantile in the next 90 s`,
      },
      { source: 'bounds', desired: Math.max(pool.min ?? 1, to), reason: `between ${pool.min} and ${pool.max}` },
    ],
    limits: isUp
      ? [{ step: 'limit', from: wanted, to, reason: 'ScaleUpLimited', message: 'at most 100 % more in 15 s' }]
      : [],
    forecast: {
      signal: 'request_rate',
      model: 'seasonal-ensemble',
      quantile: 0.9,
      peak,
      median: demand * 1.06,
      horizonMs: 90_000,
      trust: 0.83,
    },
    workload: {
      class: 'steady',
      reason: 'it stays within 14 % of its mean, a minute differs from the one before by 6 %',
    },
    plan: {
      workload: 'steady',
      chosen: 2,
      allowedLateShare: 0.0052,
      front: [
        ['the newest demand, -5 %', 0.94, 0.021, 0.032, 0.97],
        ['the mean of a minute, +0 %', 0.97, 0.0091, 0.012, 0.93],
        ['the newest demand, highest of 5m, +4 %', 1, 0.0041, 0.0064, 0.9],
        ['level and trend, highest of 5m, +12 %', 1.08, 0.0012, 0.0021, 0.84],
        ['the highest of days, +0 %', 1.4, 0, 0, 0.64],
      ].map(([name, share, lateShare, shortShare, efficiency]) => ({
        name: String(name),
        replicas: Number(share) * to,
        lateShare: Number(lateShare),
        shortShare: Number(shortShare),
        efficiency: Number(efficiency),
      })),
    },
    predicted: {
      saturation: peak / (to * pool.capacity),
      costPerHour: pool.price === null ? null : pool.price * to,
      costChangePerHour: pool.price === null ? null : pool.price * (to - from),
      effectiveAt: at + 22_000,
    },
    action: {
      state: to === from ? 'none' : 'ready',
      orderedAt: to === from ? null : at + 300,
      readyAt: isUp ? at + 19_400 : to === from ? null : at + 900,
      message: to === from ? 'nothing to do' : isUp ? `${to - from} started` : `${from - to} drained`,
    },
    outcome:
      to === from
        ? null
        : {
            at: at + 60_000,
            saturation: (demand * 1.02) / (to * pool.capacity),
            readyReplicas: to,
            tookMs: isUp ? 19_100 : null,
            verdict: 'as_predicted',
            message: isUp ? 'ready in 19.1s, saturation as predicted' : 'load carried by fewer, nothing waits',
          },
  };
}

export function makeAlerts(fleet: MadeFleet, now: number): Alert[] {
  return fleet.agents
    .filter((agent) => agent.row.connectivity === 'lost' || agent.row.health === 'unhealthy')
    .map((agent) => {
      const isLost = agent.row.connectivity === 'lost';
      const at = now - (isLost ? 49_000 : 240_000);
      return {
        id: `al-${agent.row.instanceId}`,
        kind: isLost ? 'agent_lost' : 'agent_unhealthy',
        state: 'firing',
        severity: 'critical',
        pool: agent.row.pool,
        agent: agent.row.instanceId,
        signal: isLost ? null : 'latency_p95',
        labels: {},
        summary: `${agent.row.instanceId} ${isLost ? 'lost' : 'slow'}: ${agent.row.reason}`,
        reason: agent.row.reason,
        activeAt: at - 30_000,
        firedAt: at,
        resolvedAt: null,
        incident: 'inc-1',
      } satisfies Alert;
    });
}

export function makeIncidents(fleet: MadeFleet, now: number): Incident[] {
  if (fleet.pools.length === 0) return [];
  const resolved: Incident = {
    id: 'inc-0',
    state: 'resolved',
    severity: 'warning',
    pool: 'support/triage',
    startedAt: now - 14_400_000,
    endedAt: now - 13_500_000,
    title: 'support/triage was slow while triage-2 restarted',
    cause: {
      component: 'triage-2',
      kind: 'process exited',
      confidence: 0.86,
      evidence: ['triage-2 exited with code 137 (killed) 4 s before P95 rose'],
    },
    symptoms: ['P95 of support/triage 2.1 s, target 1 s, for 12 m'],
    alerts: [],
    timeline: [
      { at: now - 14_400_000, what: 'triage-2 exited', reason: 'code 137, restarted after 1 s' },
      { at: now - 13_500_000, what: 'Resolved', reason: 'signals back in their bands for 5 m' },
    ],
    acknowledgedBy: null,
    notes: [],
    feedback: [],
  };
  const troubled = fleet.pools.find((pool) => pool.isTroubled);
  if (troubled === undefined) return [resolved];
  const open: Incident = {
    id: 'inc-1',
    state: 'open',
    severity: 'critical',
    pool: troubled.name,
    startedAt: now - 540_000,
    endedAt: null,
    title: 'api.openai.com answers 10 times slower; research/reader waits for it',
    cause: {
      component: 'api.openai.com',
      kind: 'slow dependency',
      confidence: 0.78,
      evidence: [
        'P95 of research/reader to api.openai.com rose from 400 ms to 2.9 s at the same minute as its own',
        'CPU of the readers fell by 40 % while they waited',
        'research/writer calls the same peer and is 12 % slower',
        'no change was rolled out in the last 2 h',
      ],
    },
    symptoms: [
      'research/reader: P95 3.1 s, target 500 ms, for 9 m',
      'research/planner: 7.4 % of calls to research/reader fail',
      'reader-2 lost: no heartbeat for 94 s (expected every 30 s)',
      'queue of research/reader 184, target 50',
    ],
    alerts: ['al-reader-2', 'al-reader-4'],
    timeline: [
      { at: now - 540_000, what: 'P95 of research/reader left its band', reason: '1.2 s, expected 280 to 460 ms' },
      { at: now - 500_000, what: 'Ordered 3 replicas of research/reader', reason: 'saturation 142 %, target 80 %' },
      { at: now - 481_000, what: '3 replicas ready', reason: 'after 19.1s' },
      { at: now - 240_000, what: 'reader-4 unhealthy', reason: '8.2 % of requests fail, usually 0.3 %' },
      { at: now - 49_000, what: 'reader-2 lost', reason: 'no heartbeat for 94 s (expected every 30 s)' },
    ],
    acknowledgedBy: null,
    notes: [{ at: now - 200_000, by: 'mara', text: 'Provider status page says degraded performance. Watching.' }],
    feedback: [],
  };
  const second: Incident = {
    id: 'inc-2',
    state: 'acknowledged',
    severity: 'warning',
    pool: 'search/indexer',
    startedAt: now - 2_700_000,
    endedAt: null,
    title: 'indexer-5 grows by 2.1 MiB/s and will be at its memory limit in 21 m',
    cause: {
      component: 'indexer-5',
      kind: 'memory leak',
      confidence: 0.91,
      evidence: ['resident memory has grown in a straight line for 44 m while its load did not'],
    },
    symptoms: [],
    alerts: [],
    timeline: [
      { at: now - 2_700_000, what: 'Memory of indexer-5 left its band', reason: '412 MiB, expected 120 to 210 MiB' },
    ],
    acknowledgedBy: 'jo',
    notes: [],
    feedback: [],
  };
  return [open, second, resolved];
}

export function makeAnomalies(fleet: MadeFleet, now: number): Anomaly[] {
  return fleet.agents
    .filter((agent) => agent.row.health === 'unhealthy')
    .map((agent) => ({
      id: `an-${agent.row.instanceId}`,
      at: now - 540_000,
      agent: agent.row.instanceId,
      pool: agent.row.pool,
      series: { signal: 'latency_p95', instance_id: agent.row.instanceId },
      signal: 'latency_p95',
      value: 3.2,
      expected: 0.36,
      lower: 0.28,
      upper: 0.46,
      score: 0.97,
      endedAt: null,
      reason: `P95 of ${agent.row.instanceId} is 3.2 s, expected 280 to 460 ms`,
    }));
}

export function makeTimeline(
  source: {
    decisions: readonly Decision[];
    incidents: readonly Incident[];
    alerts: readonly Alert[];
    anomalies: readonly Anomaly[];
  },
  from: number,
): TimelineItem[] {
  const items: TimelineItem[] = [
    ...source.decisions
      .filter((each) => each.from !== each.to)
      .map((each) => ({
        at: each.at,
        kind: 'decision' as const,
        id: each.id,
        pool: each.pool,
        title: `${each.pool}: ${each.from} to ${each.to} replicas`,
        reason: each.message,
      })),
    ...source.incidents.map((each) => ({
      at: each.startedAt,
      kind: 'incident' as const,
      id: each.id,
      pool: each.pool,
      title: each.title,
      reason: each.cause.kind,
    })),
    ...source.alerts.map((each) => ({
      at: each.firedAt ?? each.activeAt,
      kind: 'alert' as const,
      id: each.id,
      pool: each.pool,
      title: each.summary,
      reason: each.reason,
    })),
    ...source.anomalies.map((each) => ({
      at: each.at,
      kind: 'anomaly' as const,
      id: each.id,
      pool: each.pool,
      title: each.reason,
      reason: `score ${each.score}`,
    })),
  ];
  return items.filter((item) => item.at >= from).sort((a, b) => b.at - a.at);
}

export function makeLogs(instanceId: string, pool: string, now: number): LogRecord[] {
  const lines = [
    'read 14 passages in 212 ms',
    'summary ready: 312 tokens in, 88 out',
    'waiting for api.openai.com',
    'upstream answered 503, retrying in 2 s',
    'drained queue of 6',
  ];
  const severities = ['info', 'info', 'debug', 'error', 'info'] as const;
  return Array.from({ length: 60 }, (_, i) => ({
    at: now - i * 3_700,
    instanceId,
    pool,
    severity: severities[i % 5]!,
    body: lines[i % 5]!,
    traceId: '',
    attributes: {},
  }));
}

export function makeSystem(fleet: MadeFleet, now: number, startedAt: number): SystemReport {
  const isEmpty = fleet.pools.length === 0;
  const beat = 1 + 0.03 * Math.sin(now / 9_000);
  return {
    version: '0.1.0',
    node: 'v20.20.2',
    startedAt: startedAt - 8_040_000,
    dataDir: '.jaegis',
    listen: '127.0.0.1:4300',
    memoryBytes: 214 * 1024 ** 2 * beat,
    cpuUtilization: 0.062 * beat,
    eventLoopDelayMsP99: 3.4 * beat,
    ingest: {
      samplesPerSecond: isEmpty ? 0 : fleet.agents.length * 22 * beat,
      spansPerSecond: isEmpty ? 0 : 640 * beat,
      logsPerSecond: isEmpty ? 0 : 31 * beat,
      heartbeatsPerSecond: fleet.agents.length / 30,
      byProtocol: isEmpty
        ? {}
        : { otlp_http: 812.4, otlp_grpc: 211, heartbeat: fleet.agents.length / 30, scrape: 90.1 },
      refused: isEmpty ? {} : { too_old: 12, duplicate: 381, series_limit: 0, malformed: 2 },
      visibleMsP99: isEmpty ? null : 11.6 * beat,
    },
    storage: {
      series: isEmpty ? 0 : 14_820,
      seriesLimit: 1_000_000,
      samples: isEmpty ? 0 : 48_211_904,
      bytesInMemory: 96 * 1024 ** 2,
      bytesOnDisk: 412 * 1024 ** 2,
      retentionMs: 7 * 86_400_000,
      oldestAt: isEmpty ? null : now - 8_040_000,
      replay: { samples: 1_204_331, tookMs: 740, damaged: 0 },
      blocks: {
        count: 9,
        bytes: 388 * 1024 ** 2,
        damaged: 0,
        tiers: [
          { widthMs: 0, bytes: 301 * 1024 ** 2, oldestAt: now - 8_040_000, newestAt: now - 1_800_000 },
          { widthMs: 60_000, bytes: 83 * 1024 ** 2, oldestAt: now - 8_040_000, newestAt: now - 1_800_000 },
          { widthMs: 3_600_000, bytes: 4 * 1024 ** 2, oldestAt: now - 8_040_000, newestAt: now - 1_800_000 },
        ],
      },
      error: '',
    },
    loops: [
      { name: 'signals', runs: 1_608, failures: 0, lastMs: 14.2 * beat, lastAt: now - 1_500 },
      { name: 'detect', runs: 1_608, failures: 0, lastMs: 8.7 * beat, lastAt: now - 1_500 },
      {
        name: 'scaling',
        runs: 536,
        failures: fleet.pools.some((pool) => pool.isTroubled) ? 2 : 0,
        lastMs: 3.1,
        lastAt: now - 9_000,
      },
      { name: 'forecast', runs: 134, failures: 0, lastMs: 210, lastAt: now - 31_000 },
      { name: 'alerting', runs: 1_608, failures: 0, lastMs: 1.2, lastAt: now - 1_500 },
      { name: 'maintain', runs: 8_040, failures: 0, lastMs: 0.9, lastAt: now - 600 },
    ],
    detection: madeDetection(fleet, isEmpty),
    network: madeNetwork(fleet, { isEmpty, now }),
    forecasts: fleet.pools.slice(0, 7).map((pool) => ({
      reach: 'hour' as const,
      pool: pool.name,
      signal: 'request_rate',
      model: 'seasonal-ensemble',
      trust: pool.isTroubled ? 0.41 : 0.83,
      madeAt: now - 31_000,
      scored: 1_204,
      meanError: pool.isTroubled ? 0.31 : 0.08,
      coverage: { seen: 0.91, nominal: 0.9 },
    })),
    exhaustion: isEmpty
      ? []
      : [
          {
            resource: 'disk' as const,
            pool: '',
            used: 61e9,
            limit: 80e9,
            at: now + 19 * 3_600_000,
            earliest: now + 14 * 3_600_000,
            latest: now + 31 * 3_600_000,
          },
        ],
    alarms: {
      warnings: isEmpty
        ? { scored: 0, open: 0, precision: null, recall: null, leadMsMedian: null }
        : { scored: 9, open: 1, precision: 0.78, recall: 0.88, leadMsMedian: 540_000 },
      anomalies: {
        own: { scored: isEmpty ? 0 : 31, open: 1, company: isEmpty ? null : 0.52, chance: isEmpty ? null : 0.08 },
        received: { scored: 0, open: 0, company: null, chance: null },
      },
      feedback: isEmpty ? {} : { useful: 4, not_a_problem: 1 },
      moved: isEmpty ? [] : [{ pool: fleet.pools[0]!.name, signal: 'latency_p95', decades: 0.9 }],
    },
    scrapes: isEmpty
      ? []
      : [
          {
            job: 'node',
            url: 'http://127.0.0.1:9100/metrics',
            labels: {},
            intervalMs: 15_000,
            timeoutMs: 10_000,
            up: true,
            lastAt: now - 4_000,
            durationMs: 12,
            samples: 1_204,
            error: '',
          },
          {
            job: 'gateway',
            url: 'http://127.0.0.1:9901/stats',
            labels: {},
            intervalMs: 15_000,
            timeoutMs: 10_000,
            up: false,
            lastAt: now - 4_000,
            durationMs: 1,
            samples: 0,
            error: 'connect ECONNREFUSED 127.0.0.1:9901',
          },
        ],
    queryStore: null,
    remoteWrites: isEmpty
      ? []
      : [
          {
            name: 'long-term',
            sent: 1_204_331,
            dropped: 0,
            pending: 120,
            lagMs: 900,
            lastSentAt: Date.now() - 1_000,
            error: '',
          },
        ],
    rules: [
      {
        group: 'queues',
        name: 'QueueLong',
        kind: 'alerting',
        state: 'firing',
        alerts: 2,
        health: 'ok',
        error: '',
        lastAt: Date.now() - 4_000,
      },
      {
        group: 'queues',
        name: 'pool:queue:sum',
        kind: 'recording',
        state: 'inactive',
        alerts: 0,
        health: 'ok',
        error: '',
        lastAt: Date.now() - 4_000,
      },
    ],
    receivers: isEmpty ? [] : [{ name: 'on-call', sent: 3, failed: 0, lastError: '' }],
  };
}

/** A small made fleet for the tests of this folder: one thing of each kind, nothing random. */
import type {
  Agent,
  AgentReport,
  AgentSummary,
  Alert,
  Decision,
  FleetReport,
  Incident,
  Link,
  Pool,
} from '@jaegis/model';

export const now = Date.UTC(2026, 0, 31, 12, 0, 0);
const ms = { second: 1_000, minute: 60_000 };

export const healthyReader: AgentSummary = {
  instanceId: 'research-reader-3f9a',
  pool: 'research/reader',
  connectivity: 'live',
  health: 'healthy',
  score: 97,
  reason: '',
  lastSeen: now - 2 * ms.second,
  version: '0.1.0',
  region: '',
  beats: 'oooo',
  latencyP95: 0.241,
  rate: 3.75,
  errorRate: 0,
  queueLength: 1,
  cpu: 0.012,
  memoryBytes: 78 * 1024 * 1024,
  tokensRate: 410,
  costRate: 0.02,
};

export const lostReader: AgentSummary = {
  ...healthyReader,
  instanceId: 'research-reader-77c1',
  connectivity: 'lost',
  health: 'unknown',
  score: 12,
  reason: 'no heartbeat for 14 s (expected every 4 s)',
  lastSeen: now - 14 * ms.second,
  latencyP95: null,
  rate: null,
  errorRate: null,
  queueLength: null,
  cpu: null,
  memoryBytes: null,
};

export const agent: Agent = {
  instanceId: healthyReader.instanceId,
  pool: healthyReader.pool,
  connectivity: 'live',
  health: 'healthy',
  score: 97,
  parts: { latency: { score: 97, reason: 'p95 240 ms, expected 180 to 300 ms' } },
  reasons: ['everything is as expected'],
  firstSeen: now - 5 * ms.minute,
  lastSeen: now - 2 * ms.second,
  version: '0.1.0',
  labels: { 'agent.url': 'http://127.0.0.1:7001', 'process.pid': '4242' },
  status: 'ok',
  heartbeatIntervalMs: 4_000,
  beats: [],
  connectivitySince: now - 5 * ms.minute,
  connectivityReason: 'heartbeats arrive every 4s',
};

export const agentReport: AgentReport = {
  ...agent,
  responseTime: {
    mean: 0.2,
    p50: 0.19,
    p95: 0.241,
    p99: 0.26,
    trend: { now: 0.24, before: 0.24, direction: 'steady' },
  },
  work: { throughput: 3.7, successRate: 1, queueLength: 1, progressRate: 3.7, tokensRate: 410 },
  errors: { rate: 0, classes: [], recoveryTime: null },
  resources: { cpu: 0.012, memoryBytes: 81_788_928, memoryUtilization: 0.195, networkBytes: null },
  anomalies: [],
  links: [],
  recommendations: ['Nothing to do.'],
  process: { pid: 4242, startedAt: now - 5 * ms.minute, restarts: 0, state: 'ready' },
};

export const decision: Decision = {
  id: 'd-000042',
  pool: 'research/reader',
  at: now - 10 * ms.second,
  from: 2,
  to: 7,
  reason: 'ScaledUp',
  message: 'saturation is 1.9 (target 0.75): 30 requests/s need 8 replicas of 5/s; at most 5 more in 15s',
  inputs: {
    signals: { request_rate: { value: 30, ageMs: 900 }, saturation: { value: 1.9, ageMs: 900 } },
    replicas: { ready: 2, pending: 0, draining: 0 },
    capacityPerReplica: 5,
    startupMs: 3_000,
  },
  recommendations: [
    { source: 'reactive', desired: 8, reason: 'saturation 1.9 over target 0.75' },
    { source: 'predictive', desired: 6, reason: 'p90 of the next 18s is 28/s' },
  ],
  limits: [{ step: 'limit', from: 8, to: 7, reason: 'ScaleUpLimited', message: 'at most 5 more in 15s' }],
  forecast: {
    signal: 'request_rate',
    model: 'damped-trend',
    quantile: 0.9,
    peak: 28,
    median: 24,
    horizonMs: 18_000,
    trust: 0.6,
  },
  predicted: { saturation: 0.86, costPerHour: 0.84, costChangePerHour: 0.6, effectiveAt: now - 6 * ms.second },
  action: { state: 'ready', orderedAt: now - 10 * ms.second, readyAt: now - 8 * ms.second, message: '' },
  outcome: {
    at: now - 2 * ms.second,
    saturation: 0.8,
    readyReplicas: 7,
    tookMs: 2_100,
    verdict: 'as_predicted',
    message: 'saturation 0.8, predicted 0.86',
  },
};

export const pool: Pool = {
  name: 'research/reader',
  currentReplicas: { ready: 2, pending: 5, draining: 0 },
  desiredReplicas: 7,
  minReplicas: 2,
  maxReplicas: 16,
  mode: 'auto',
  target: 'process',
  signals: {
    request_rate: { value: 30, at: now - ms.second },
    latency_p95: { value: 1.24, at: now - ms.second },
    error_rate: { value: 0.021, at: now - ms.second },
    queue_length: { value: 61, at: now - ms.second },
    saturation: { value: 1.9, at: now - ms.second },
  },
  lastDecision: decision,
  size: {
    verdict: 'too_large',
    reason: '92 MiB would do, has 400 MiB',
    cpu: { lower: 0.06, target: 0.14, upper: 0.2 },
    memory: { lower: 80_000_000, target: 96_468_992, upper: 101_000_000 },
    current: { cpu: null, memoryBytes: 419_430_400 },
  },
  reasons: ['saturation is 1.9, target 0.75'],
  score: 64,
  agents: { live: 2, suspect: 0, lost: 1, stopped: 0 },
};

export const watchedPool: Pool = {
  ...pool,
  name: 'checkout',
  currentReplicas: { ready: 1, pending: 0, draining: 0 },
  desiredReplicas: null,
  minReplicas: null,
  maxReplicas: null,
  target: null,
  signals: {},
  lastDecision: null,
  size: {
    verdict: 'not_known',
    reason: 'nothing is known of what its replicas use',
    cpu: null,
    memory: null,
    current: { cpu: null, memoryBytes: null },
  },
  reasons: [],
  score: 100,
  agents: { live: 1, suspect: 0, lost: 0, stopped: 0 },
};

export const link: Link = {
  source: 'research/planner',
  target: 'research/reader',
  kind: 'http',
  rate: 30,
  errorRate: 0.02,
  p50: 0.3,
  p95: 1.25,
  lastSeen: now - ms.second,
};

export const incident: Incident = {
  id: 'i-000007',
  state: 'open',
  severity: 'critical',
  pool: 'research/reader',
  startedAt: now - 30 * ms.second,
  endedAt: null,
  title: 'research-reader-77c1 was lost',
  cause: {
    component: 'research-reader-77c1',
    kind: 'agent_lost',
    confidence: 0.9,
    evidence: ['its process was killed by SIGKILL'],
  },
  symptoms: ['research/planner: error rate 2 %, expected below 0.5 %'],
  alerts: ['a-000011'],
  timeline: [{ at: now - 30 * ms.second, what: 'lost', reason: 'killed by SIGKILL' }],
  acknowledgedBy: null,
  notes: [],
  feedback: [],
};

export const alert: Alert = {
  id: 'a-000011',
  kind: 'agent_lost',
  state: 'firing',
  severity: 'critical',
  pool: 'research/reader',
  agent: 'research-reader-77c1',
  signal: null,
  labels: {},
  summary: 'research-reader-77c1 is lost. It is being replaced.',
  reason: 'killed by SIGKILL',
  activeAt: now - 30 * ms.second,
  firedAt: now - 29 * ms.second,
  resolvedAt: null,
  incident: 'i-000007',
};

export const report: FleetReport = {
  generatedAt: now,
  historySince: now - 7_200_000,
  score: 81,
  state: 'degraded',
  parts: {},
  agents: { live: 5, suspect: 0, lost: 1, stopped: 0 },
  anomalies: [],
  forecasts: [],
  alerts: [alert],
  incidents: [incident],
  coverage: { expected: 6, received: 5, missing: ['research-reader-77c1'] },
  recommendations: [],
};

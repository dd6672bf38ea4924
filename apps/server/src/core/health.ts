import {
  type AgentAssessment,
  type AnswersState,
  assessAgent,
  type Decline,
  DeclineWatch,
  followAnswers,
  followCpu,
  followOwnTime,
  followProgress,
  followRecovery,
  type HealthMemory,
  type LeakVerdict,
  LeakWatch,
  type Objective,
  type ProgressState,
  type ProgressVerdict,
  peerMedians,
  type RecoveryState,
  type SignalVerdict,
  type UsualState,
  usualOfPeer,
  YoungLatency,
} from '@jaegis/analytics';
import { type Agent, type SignalName, type Signals, signalNames } from '@jaegis/model';
import type { Fleet } from './fleet.ts';
import type { SignalRow } from './signal-book.ts';

/** What is remembered of one agent's health from tick to tick. */
export interface HealthState {
  progress: ProgressState | undefined;
  progressVerdict: ProgressVerdict | undefined;
  answers: AnswersState | undefined;
  cpu: UsualState | undefined;
  ownTime: UsualState | undefined;
  recovery: RecoveryState | undefined;
  memory: HealthMemory | undefined;
  readonly leak: LeakWatch;
  leakVerdict: LeakVerdict;
  readonly youngLatency: YoungLatency;
  recommendations: readonly string[];
  readonly declineWatch: DeclineWatch;
  decline: Decline | null;
  /** The newest one that was told, kept until it is known whether it came true. */
  toldDecline: Decline | null;
}

function createHealthState(warmUpMs: number | undefined): HealthState {
  return {
    progress: undefined,
    progressVerdict: undefined,
    answers: undefined,
    cpu: undefined,
    ownTime: undefined,
    recovery: undefined,
    memory: undefined,
    leak: new LeakWatch(warmUpMs === undefined ? {} : { startUpMs: warmUpMs }),
    leakVerdict: { growing: false, bytesPerSecond: 0, limitAt: null, reason: 'memory was not measured yet' },
    youngLatency: new YoungLatency(),
    recommendations: [],
    declineWatch: new DeclineWatch(),
    decline: null,
    toldDecline: null,
  };
}

/** Folds the tick's signals into an agent's health and tells the registry. */
export function assess(fleet: Fleet, subject: { agent: Agent; row: SignalRow; peers: Signals }, now: number): void {
  const { agent, row, peers } = subject;
  const entry = fleet.pools.get(agent.pool);
  const config = entry?.config;
  const state = fleet.health.get(agent.instanceId) ?? createHealthState(config?.memory_warm_up);
  fleet.health.set(agent.instanceId, state);
  const value = (name: SignalName) => row.signals[name]?.value ?? null;
  const followed = followProgress(
    state.progress,
    {
      progress: fleet.registry.progressOf(agent.instanceId)?.value ?? null,
      throughput: value('throughput'),
      queueLength: value('queue_length'),
      inFlight: value('in_flight'),
      tokensRate: value('tokens_rate'),
      status: agent.status,
      heartbeatIntervalMs: agent.heartbeatIntervalMs,
    },
    now,
  );
  state.progress = followed.state;
  const answers = followAnswers(
    state.answers ?? entry?.usualAnswers,
    { tokensRate: value('tokens_rate'), throughput: value('throughput'), errorRate: value('error_rate') },
    now,
  );
  state.answers = answers.state;
  if (entry !== undefined) entry.usualAnswers = usualOfPeer(answers.state) ?? entry.usualAnswers;
  const cpu = followCpu(state.cpu, { cpu: value('cpu_utilization'), rate: value('request_rate') }, now);
  state.cpu = cpu.state;
  const ownTime = followOwnTime(state.ownTime, { seconds: value('latency_own'), rate: value('request_rate') }, now);
  state.ownTime = ownTime.state;
  const progress: ProgressVerdict =
    answers.empty === undefined ? followed.verdict : { kind: 'empty', score: 20, reason: answers.empty, stalledMs: 0 };
  state.progressVerdict = progress;
  state.leakVerdict = state.leak.observe(now, value('memory_bytes'), memoryLimitOf(fleet, agent.pool), loadOf(value));
  state.decline = state.declineWatch.observe(now, {
    value,
    objective: (name) => config?.objectives?.find((each) => each.signal === name)?.target,
    load: workOf(value),
  });
  state.toldDecline = state.decline ?? state.toldDecline;
  const slowYoung = state.youngLatency.observe(now, {
    p50: value('latency_p50'),
    p95: value('latency_p95'),
    rate: value('request_rate'),
  });
  const assessment: AgentAssessment = assessAgent(
    {
      agent,
      signals: row.signals,
      bands: bandsOf(row),
      progress,
      objectives: config?.objectives as readonly Objective[] | undefined,
      peers,
      leak: state.leakVerdict,
      slow: slowYoung ?? ownTime.slow,
      heavy: cpu.heavy,
      errors: errorsOf(fleet, agent.instanceId, now),
      requests: fleet.red.read(agent.instanceId, now)?.requests,
      importance: config?.importance,
      memory: state.memory,
    },
    now,
  );
  state.memory = assessment.memory;
  state.recommendations = assessment.recommendations;
  state.recovery = followRecovery(
    state.recovery,
    { health: assessment.health, isLost: agent.connectivity === 'lost' },
    now,
  );
  fleet.registry.assess(agent.instanceId, assessment, now);
}

/** One number that grows with an agent's work, whatever it says of itself; only compared with itself. */
function loadOf(value: (name: SignalName) => number | null): number | null {
  const parts = [value('in_flight'), value('queue_length'), value('request_rate'), value('saturation')];
  if (parts.every((part) => part === null)) return null;
  const [inFlight, waiting, rate, saturation] = parts;
  return (inFlight ?? 0) + (waiting ?? 0) + (rate ?? 0) + 20 * (saturation ?? 0);
}

/** What it is given to do; what waits or is in flight grows in an agent that gets slower, and is no more work. */
function workOf(value: (name: SignalName) => number | null): number | null {
  return value('request_rate') ?? value('throughput');
}

/** Medians over the agents of each pool, to tell who is unlike the others. */
export function peersByPool(rows: Iterable<SignalRow>, now: number): Map<string, Signals> {
  const byPool = new Map<string, Signals[]>();
  for (const row of rows) {
    const known = byPool.get(row.pool);
    if (known === undefined) byPool.set(row.pool, [row.signals]);
    else known.push(row.signals);
  }
  return new Map([...byPool].map(([pool, all]) => [pool, peerMedians(all, { now })]));
}

export function memoryLimitOf(fleet: Fleet, pool: string): number | null {
  return fleet.pools.get(pool)?.limits.memoryBytes ?? null;
}

export function errorsOf(fleet: Fleet, instanceId: string, now: number): { name: string; count: number }[] {
  return Object.entries(fleet.red.errorClasses(instanceId, now)).map(([name, count]) => ({ name, count }));
}

function bandsOf(row: SignalRow): Partial<Record<SignalName, SignalVerdict>> {
  const bands: Partial<Record<SignalName, SignalVerdict>> = {};
  for (let i = 0; i < signalNames.length; i++) {
    if (row.rows[i] === -1 || Number.isNaN(row.score[i])) continue;
    bands[signalNames[i]!] = {
      score: row.score[i]!,
      expected: row.expected[i]!,
      lower: row.lower[i]!,
      upper: row.upper[i]!,
      anomalous: row.anomalous[i] === 1,
    };
  }
  return bands;
}

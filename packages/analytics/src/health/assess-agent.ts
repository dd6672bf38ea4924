/**
 * One derivation of an agent's health from everything known of it: named parts of 0..100, each with a reason that names
 * what was seen and what was expected. The whole is ruled by the worst part:
 *   score = 0.85 x worst + 0.15 x weighted mean.
 * Healthy from 80, unhealthy below 50 (5 more in a pool of high importance, 10 less in one of low), with hysteresis (5 points) and a hold: a worse state must last `worseAfterMs`, a
 * better one `betterAfterMs`, before it is told. The caller keeps `memory` and passes it in again.
 * An agent that is lost or stopped is "unknown": nobody sees it any more. Connectivity is the other axis and says so.
 */
import type { Agent, Health, HealthPart, SignalName, Signals } from '@jaegis/model';
import { formatDuration, formatValue } from '@jaegis/std';
import { judgeSignal, type Objective, type SignalVerdict } from './judge-signal.ts';
import type { LeakVerdict } from './leak-watch.ts';
import { peerPart } from './peers.ts';
import type { ProgressVerdict } from './progress.ts';
import { recommend } from './recommend.ts';
import { freshValue } from './signals.ts';

export interface AgentInput {
  readonly agent: Agent;
  readonly signals: Signals;
  /** The newest verdicts of the detector, by signal. */
  readonly bands?: Partial<Record<SignalName, SignalVerdict>> | undefined;
  readonly progress?: ProgressVerdict | undefined;
  /** The pool's objectives. */
  readonly objectives?: readonly Objective[] | undefined;
  /** Medians of the pool's other live agents (see `peerMedians`). */
  readonly peers?: Signals | undefined;
  readonly leak?: LeakVerdict | undefined;
  /** Why a young agent is called slow, before a detector knows it, or one that waits for others slow itself. */
  readonly slow?: string | undefined;
  /** Why its CPU is called heavy for its work. */
  readonly heavy?: string | undefined;
  readonly errors?: readonly { readonly name: string; readonly count: number }[] | undefined;
  /** Requests in the window that error_rate was taken over: one error of two requests is no evidence. */
  readonly requests?: number | undefined;
  /** The pool's importance moves the thresholds: what is important is called degraded sooner. */
  readonly importance?: 'low' | 'normal' | 'high' | undefined;
  /** What the last assessment returned. */
  readonly memory?: HealthMemory | undefined;
}

/** Kept by the caller between assessments of one agent; plain data. */
export interface HealthMemory {
  readonly health: Health;
  readonly since: number;
  /** The state that wants to be told, and since when it does. */
  readonly next: Health;
  readonly nextSince: number;
  /** The worst that was last found; empty when nothing was. */
  readonly why: string;
}

export interface AgentAssessment {
  readonly health: Health;
  /** 0..100. */
  readonly score: number;
  readonly parts: Readonly<Record<string, HealthPart>>;
  /** The reasons of the parts below 80, worst first; one sentence even when all is well. */
  readonly reasons: readonly string[];
  readonly recommendations: readonly string[];
  readonly memory: HealthMemory;
}

/** The least score of one that is well. */
export const healthyFrom = 80;
/** Below it a single part makes its agent unhealthy. */
export const unhealthyBelow = 50;
const hysteresis = 5;
const strictness = { low: -10, normal: 0, high: 5 };
const worseAfterMs = 10_000;
const betterAfterMs = 30_000;
/** Heartbeat figures live for two and a half intervals, others for this long. */
const maxAgeMs = 75_000;
/** Below this many failures in the window an error rate is an accident. */
const leastErrors = 2;
/** Four times its own latency, or CPU, and more. */
const slowScore = 30;
const importanceOf: Readonly<Record<string, number>> = { connectivity: 2, progress: 2, errors: 2, latency: 1.5 };

/**
 * The health of one agent at `now` (epoch milliseconds): a score of 0 to 100, its parts with their reasons, the state after
 * debouncing, and the memory to give back next time. Unknown is said where too little is known; nothing is thrown.
 */
export function assessAgent(input: AgentInput, now: number): AgentAssessment {
  const { agent } = input;
  if (agent.connectivity === 'lost' || agent.connectivity === 'stopped') return gone(agent, input.memory, now);
  const parts = partsOf(input, now);
  const score = overall(parts);
  const wanted = healthOf(score - strictness[input.importance ?? 'normal'], input.memory?.health);
  const bad = Object.entries(parts)
    .filter(([, part]) => part.score < healthyFrom)
    .sort((a, b) => a[1].score - b[1].score);
  const memory = { ...debounce(input.memory, wanted, now), why: bad[0]?.[1].reason ?? input.memory?.why ?? '' };
  const reasons = bad.length > 0 ? bad.map(([, part]) => part.reason) : [wellReason(parts, memory, now)];
  return { health: memory.health, score, parts, reasons, recommendations: recommend(bad, input), memory };
}

function gone(agent: Agent, before: HealthMemory | undefined, now: number): AgentAssessment {
  const reason = agent.connectivityReason === '' ? `agent is ${agent.connectivity}` : agent.connectivityReason;
  const isLost = agent.connectivity === 'lost';
  const health = 'unknown' as const;
  return {
    health,
    score: isLost ? 0 : 100,
    parts: { connectivity: { score: isLost ? 0 : 100, reason } },
    reasons: [reason],
    recommendations: isLost
      ? [`Look at the last output of ${agent.instanceId}, and restart it if it does not come back`]
      : [],
    memory: before?.health === health ? before : { health, since: now, next: health, nextSince: now, why: '' },
  };
}

/** 0..100: the worst part decides, the others nuance. An empty set of parts is 100. */
export function overall(parts: Readonly<Record<string, HealthPart>>): number {
  let worst = 100;
  let sum = 0;
  let weight = 0;
  for (const [name, part] of Object.entries(parts)) {
    const own = importanceOf[name] ?? 1;
    worst = Math.min(worst, part.score);
    sum += own * part.score;
    weight += own;
  }
  return Math.round(0.85 * worst + 0.15 * (weight > 0 ? sum / weight : 100));
}

function healthOf(score: number, before: Health | undefined): Health {
  const healthy = before === 'degraded' || before === 'unhealthy' ? healthyFrom + hysteresis : healthyFrom;
  const unhealthy = before === 'unhealthy' ? unhealthyBelow + hysteresis : unhealthyBelow;
  return score >= healthy ? 'healthy' : score < unhealthy ? 'unhealthy' : 'degraded';
}

const rank: Readonly<Record<Health, number>> = { healthy: 0, unknown: 0, degraded: 1, unhealthy: 2 };

function debounce(before: HealthMemory | undefined, wanted: Health, now: number): Omit<HealthMemory, 'why'> {
  if (before === undefined || before.health === 'unknown') {
    return { health: wanted, since: now, next: wanted, nextSince: now };
  }
  if (wanted === before.health) return { ...before, next: wanted, nextSince: now };
  const isWorse = rank[wanted] > rank[before.health];
  // From degraded to unhealthy and back to degraded is still "worse than told": only crossing the told state starts anew.
  const sameWay = before.next !== before.health && rank[before.next] > rank[before.health] === isWorse;
  const nextSince = sameWay ? before.nextSince : now;
  if (now - nextSince >= (isWorse ? worseAfterMs : betterAfterMs)) {
    return { health: wanted, since: now, next: wanted, nextSince: now };
  }
  return { ...before, next: wanted, nextSince };
}

function partsOf(input: AgentInput, now: number): Record<string, HealthPart> {
  const parts: Record<string, HealthPart> = { connectivity: connectivityPart(input.agent, now) };
  const add = (name: string, part: HealthPart | undefined) => {
    if (part !== undefined) parts[name] = part;
  };
  const judged = (name: SignalName) => judgeNamed(input, name, now);
  add('status', statusPart(input.agent));
  add(
    'latency',
    worstOf([
      input.slow === undefined ? undefined : { score: slowScore, reason: input.slow },
      judged('latency_p95'),
      judged('latency_p99'),
      judged('latency_p50'),
      judged('latency_mean'),
      judged('latency_own'),
    ]),
  );
  add('errors', errorsPart(input, now));
  if (input.progress !== undefined) add('progress', progressPart(input.progress));
  add('queue', judged('queue_length'));
  add(
    'resources',
    worstOf([
      input.heavy === undefined ? undefined : { score: slowScore, reason: input.heavy },
      cpuPart(input, now),
      memoryPart(input, now),
      judged('network_bytes'),
      judged('disk_bytes'),
    ]),
  );
  if (input.leak !== undefined) add('memory', leakPart(input.leak, now));
  add('saturation', worstOf([saturationPart(input, now), judged('saturation')]));
  add('work', worstOf([judged('throughput'), judged('request_rate'), judged('tokens_rate'), judged('success_rate')]));
  add('cost', judged('cost_rate'));
  if (input.peers !== undefined) add('peers', peerPart(input.signals, input.peers, { now, maxAgeMs }));
  return parts;
}

function judgeNamed(input: AgentInput, name: SignalName, now: number): HealthPart | undefined {
  const value = freshValue(input.signals, name, { now, maxAgeMs });
  if (value === null) return undefined;
  const objective = input.objectives?.find((each) => each.signal === name);
  return judgeSignal(name, value, { objective, verdict: input.bands?.[name] });
}

function worstOf(parts: readonly (HealthPart | undefined)[]): HealthPart | undefined {
  let worst: HealthPart | undefined;
  for (const part of parts) if (part !== undefined && (worst === undefined || part.score < worst.score)) worst = part;
  return worst;
}

function connectivityPart(agent: Agent, now: number): HealthPart {
  const ago = formatDuration(Math.max(0, now - agent.lastSeen));
  if (agent.connectivity === 'suspect') {
    const reason = agent.connectivityReason === '' ? `last seen ${ago} ago` : agent.connectivityReason;
    return { score: 60, reason };
  }
  return { score: 100, reason: `live, last seen ${ago} ago` };
}

function statusPart(agent: Agent): HealthPart | undefined {
  if (agent.status === 'error') return { score: 30, reason: 'says of itself that it is in error' };
  return agent.status === 'draining' ? { score: 90, reason: 'draining' } : undefined;
}

/** Absolute steps hold for every agent; an objective or an unusual rate for this agent can only lower them. */
function errorsPart(input: AgentInput, now: number): HealthPart | undefined {
  const rate = freshValue(input.signals, 'error_rate', { now, maxAgeMs });
  if (rate === null) return undefined;
  const judged = judgeNamed(input, 'error_rate', now);
  const failures = input.requests === undefined ? undefined : rate * input.requests;
  if (failures !== undefined && failures < leastErrors) {
    return {
      score: 100,
      reason: `${failures > 0 ? 'a single failure' : 'no failures'} in ${formatValue(input.requests, 'count')} requests`,
    };
  }
  const hasObjective = input.objectives?.some((each) => each.signal === 'error_rate') === true;
  const score = rate < 0.01 ? 100 : rate < 0.05 ? 88 : rate < 0.1 ? 70 : rate < 0.25 ? 55 : rate < 0.5 ? 35 : 10;
  const worst = [...(input.errors ?? [])].sort((a, b) => b.count - a.count)[0];
  const mostly = worst === undefined ? '' : `, mostly ${worst.name}`;
  const absolute = { score, reason: `error rate ${formatValue(rate, 'ratio')}, expected below 5 %${mostly}` };
  if (judged === undefined) return absolute;
  const kept = hasObjective ? judged : worstOf([judged, absolute])!;
  return kept.score < 80 && kept !== absolute ? { score: kept.score, reason: kept.reason + mostly } : kept;
}

function progressPart(verdict: ProgressVerdict): HealthPart | undefined {
  return verdict.kind === 'unknown' ? undefined : { score: verdict.score, reason: verdict.reason };
}

function cpuPart(input: AgentInput, now: number): HealthPart | undefined {
  const judged = judgeNamed(input, 'cpu_utilization', now);
  const cpu = freshValue(input.signals, 'cpu_utilization', { now, maxAgeMs });
  if (cpu === null || input.objectives?.some((each) => each.signal === 'cpu_utilization') === true) return judged;
  const score = cpu < 0.85 ? 100 : cpu < 0.95 ? 85 : 72;
  return worstOf([judged, { score, reason: `CPU ${formatValue(cpu, 'ratio')}, expected below 85 %` }]);
}

function memoryPart(input: AgentInput, now: number): HealthPart | undefined {
  const judged = worstOf([judgeNamed(input, 'memory_utilization', now), judgeNamed(input, 'memory_bytes', now)]);
  const memory = freshValue(input.signals, 'memory_utilization', { now, maxAgeMs });
  if (memory === null || input.objectives?.some((each) => each.signal === 'memory_utilization') === true) return judged;
  const score = memory < 0.85 ? 100 : memory < 0.92 ? 75 : memory < 0.97 ? 55 : 30;
  return worstOf([
    judged,
    { score, reason: `memory ${formatValue(memory, 'ratio')} of its limit, expected below 85 %` },
  ]);
}

function leakPart(leak: LeakVerdict, now: number): HealthPart {
  if (!leak.growing) return { score: 100, reason: leak.reason };
  const leftMs = leak.limitAt === null ? null : leak.limitAt - now;
  const score = leftMs === null ? 65 : leftMs < 120_000 ? 25 : leftMs < 900_000 ? 40 : leftMs < 6 * 3_600_000 ? 60 : 72;
  return { score, reason: leak.reason };
}

function saturationPart(input: AgentInput, now: number): HealthPart | undefined {
  const saturation = freshValue(input.signals, 'saturation', { now, maxAgeMs });
  if (saturation === null || input.objectives?.some((each) => each.signal === 'saturation') === true) return undefined;
  const score = saturation < 0.9 ? 100 : saturation < 1 ? 82 : saturation < 1.5 ? 62 : 40;
  return { score, reason: `saturation ${formatValue(saturation, 'ratio')}, expected below 90 %` };
}

function wellReason(parts: Readonly<Record<string, HealthPart>>, memory: HealthMemory, now: number): string {
  const names = Object.keys(parts);
  // A better state is told after a while; until then the reason must not contradict the state.
  if (memory.health === 'degraded' || memory.health === 'unhealthy') {
    const sinceMs = now - memory.nextSince;
    const until = sinceMs < 1_000 ? 'just now' : `${formatDuration(sinceMs)} ago`;
    const why = memory.why === '' ? '' : ` (${memory.why})`;
    return `was ${memory.health} until ${until}${why}; as expected since then`;
  }
  return names.length <= 1
    ? `${parts['connectivity']!.reason}; nothing else is known of it`
    : `all ${names.length} parts as expected`;
}

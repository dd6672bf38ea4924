/**
 * Is it getting anywhere? A fold over readings of one agent: `followProgress(state, reading, now)` gives the next state and
 * a verdict. An agent with work (queue, in flight, "busy", tokens) that has not advanced for
 *   stuckAfter = max(2.5 heartbeats, 15 s, 4 x its usual gap between advances), at most 15 minutes
 * is stuck; if it burnt far more tokens than it usually needs for one advance it is looping. The usual gap is learned from
 * the agent itself (faster upwards), so one whose steps take minutes is not called stuck; before three gaps are known a
 * minute is assumed.
 * Bad at: agents that neither report progress nor finish requests; for them it says "unknown".
 */
import type { AgentStatus } from '@jaegis/model';
import { formatDuration, shortNumber } from '@jaegis/std';

export interface ProgressReading {
  /** Steps done since the agent started, as it reports them; `null` when it reports none. */
  readonly progress: number | null;
  /** Finished requests per second; used where no progress is reported. `null` = not known. */
  readonly throughput: number | null;
  readonly queueLength: number | null;
  readonly inFlight: number | null;
  readonly tokensRate: number | null;
  readonly status: AgentStatus;
  readonly heartbeatIntervalMs: number;
}

/** Empty: it advances, and nothing seems to come of it (empty-answers.ts). */
export type ProgressKind = 'advancing' | 'idle' | 'stuck' | 'looping' | 'empty' | 'unknown';

export interface ProgressVerdict {
  readonly kind: ProgressKind;
  /** 0..100. */
  readonly score: number;
  readonly reason: string;
  /** How long there has been work and no advance, milliseconds. */
  readonly stalledMs: number;
}

/** Plain data; JSON keeps it over restarts. */
export interface ProgressState {
  readonly at: number;
  readonly progress: number | null;
  /** When it last advanced while it had work, or the work came. */
  readonly since: number;
  readonly queueAtAdvance: number | null;
  readonly usualGapMs: number;
  readonly gaps: number;
  /** Tokens since the last advance, and how many an advance usually takes. */
  readonly tokens: number;
  readonly usualTokens: number;
}

const leastStuckMs = 15_000;
const unknownGapMs = 60_000;
const mostStuckMs = 900_000;
const loopTokens = 5_000;
const loopFactor = 8;

/** One more reading of an agent: the state to keep, and whether it advances, is stuck, loops, or has nothing to do. */
export function followProgress(
  state: ProgressState | undefined,
  reading: ProgressReading,
  now: number,
): { readonly state: ProgressState; readonly verdict: ProgressVerdict } {
  const before = state ?? start(reading, now);
  const hasSource = reading.progress !== null || reading.throughput !== null;
  const hasWork = isBusy(reading);
  const elapsedMs = Math.max(0, now - before.at);
  const advanced = hasAdvanced(before, reading);
  const tokens = before.tokens + ((reading.tokensRate ?? 0) * Math.min(elapsedMs, 120_000)) / 1_000;
  const next = advance(before, reading, { now, tokens, advanced, hasWork });
  return { state: next, verdict: judge(next, reading, { now, advanced, hasWork, hasSource }) };
}

function start(reading: ProgressReading, now: number): ProgressState {
  return {
    at: now,
    progress: reading.progress,
    since: now,
    queueAtAdvance: reading.queueLength,
    usualGapMs: 0,
    gaps: 0,
    tokens: 0,
    usualTokens: 0,
  };
}

function isBusy(reading: ProgressReading): boolean {
  const some = (value: number | null) => value !== null && value > 0;
  return some(reading.queueLength) || some(reading.inFlight) || some(reading.tokensRate) || reading.status === 'busy';
}

function hasAdvanced(before: ProgressState, reading: ProgressReading): boolean {
  // A count that fell is a new run of the agent: a fresh start, and that is an advance.
  if (reading.progress !== null) return reading.progress !== before.progress;
  return reading.throughput !== null && reading.throughput > 0;
}

function advance(
  before: ProgressState,
  reading: ProgressReading,
  o: { now: number; tokens: number; advanced: boolean; hasWork: boolean },
): ProgressState {
  const base = { ...before, at: o.now, progress: reading.progress ?? before.progress, tokens: o.tokens };
  if (o.advanced) {
    const gapMs = o.now - before.since;
    const grown = gapMs > before.usualGapMs ? 0.4 : 0.1;
    return {
      ...base,
      since: o.now,
      queueAtAdvance: reading.queueLength,
      usualGapMs: before.usualGapMs + grown * (gapMs - before.usualGapMs),
      gaps: Math.min(before.gaps + 1, 1_000),
      tokens: 0,
      usualTokens: before.usualTokens + 0.2 * (o.tokens - before.usualTokens),
    };
  }
  // Waiting for work is not being stuck: the wait starts when the work comes.
  return o.hasWork ? base : { ...base, since: o.now, queueAtAdvance: reading.queueLength, tokens: 0 };
}

/** How long an agent may have work and not advance, milliseconds. */
export function stuckAfterMs(state: ProgressState, heartbeatIntervalMs: number): number {
  const gap = state.gaps >= 3 ? 4 * state.usualGapMs : unknownGapMs;
  return Math.min(mostStuckMs, Math.max(leastStuckMs, 2.5 * heartbeatIntervalMs, gap));
}

function judge(
  state: ProgressState,
  reading: ProgressReading,
  o: { now: number; advanced: boolean; hasWork: boolean; hasSource: boolean },
): ProgressVerdict {
  const stalledMs = o.now - state.since;
  if (!o.hasSource) {
    return { kind: 'unknown', score: 100, reason: 'reports neither progress nor finished requests', stalledMs: 0 };
  }
  if (o.advanced) return { kind: 'advancing', score: 100, reason: 'advancing', stalledMs: 0 };
  if (!o.hasWork) return { kind: 'idle', score: 100, reason: 'idle: no work waiting', stalledMs: 0 };
  const limitMs = stuckAfterMs(state, reading.heartbeatIntervalMs);
  if (stalledMs <= limitMs) {
    const reason = `working, last advance ${formatDuration(stalledMs)} ago`;
    return { kind: 'advancing', score: 100, reason, stalledMs };
  }
  const score = stalledMs > 4 * limitMs ? 5 : 20;
  const expected = `expected within ${formatDuration(limitMs)}`;
  if (state.tokens >= Math.max(loopTokens, loopFactor * state.usualTokens)) {
    const spent = `used ${shortNumber(Math.round(state.tokens))} tokens in ${formatDuration(stalledMs)} without progress`;
    const usual = state.usualTokens > 0 ? `, usually ${shortNumber(Math.round(state.usualTokens))} a step` : '';
    return { kind: 'looping', score: Math.min(score, 15), reason: `${spent}${usual}: probably looping`, stalledMs };
  }
  const queue = reading.queueLength;
  const queueBefore = state.queueAtAdvance;
  if (queue !== null && queueBefore !== null && queue > queueBefore + Math.max(1, 0.2 * queueBefore)) {
    const grew = `queue grew from ${shortNumber(queueBefore)} to ${shortNumber(queue)}`;
    const reason = `${grew} while nothing finished for ${formatDuration(stalledMs)}, ${expected}`;
    return { kind: 'stuck', score: Math.min(score, 15), reason, stalledMs };
  }
  const work = describeWork(reading);
  return {
    kind: 'stuck',
    score,
    reason: `no progress for ${formatDuration(stalledMs)} with ${work}, ${expected}`,
    stalledMs,
  };
}

function describeWork(reading: ProgressReading): string {
  if (reading.inFlight !== null && reading.inFlight > 0) return `${shortNumber(reading.inFlight)} in flight`;
  if (reading.queueLength !== null && reading.queueLength > 0) return `${shortNumber(reading.queueLength)} waiting`;
  return reading.status === 'busy' ? 'status busy' : 'tokens being used';
}

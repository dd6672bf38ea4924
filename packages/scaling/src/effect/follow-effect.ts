import type { Decision, Outcome } from '@jaegis/model';
import { toleratedWaitS } from '../rehearsal/prepare.ts';
import type { ScalingConfig } from '../scaling-config.ts';
import type { ScalingState } from '../scaling-state.ts';
import type { EffectState } from './effect-state.ts';

// How well a pool is scaled. Over time: capacity that was paid for and used (efficiency), time short of capacity; over
// actions: predicted against real use (accuracy) and time to effect (speed); over changes: how many were not turned
// back (stability). Means over time fade by 2^(-dt / half-life); means over actions let the newest count a tenth.
// Bad at: a pool whose capacity is only a guess; then use and shortage are guesses as well.

const dayMs = 86_400_000;
const burdenHalfLifeMs = 1_800_000;
/** A longer silence says nothing of the time between. */
const longestStepMs = 60_000;
const turnWithinMs = 900_000;
const mostEvidence = 8;
/** Of what may wait: a queue beyond it means that replicas are short. */
const queueShare = 0.5;

export interface Moment {
  readonly config: ScalingConfig;
  /** Requests per second; `null` = not known. */
  readonly demand: number | null;
  readonly queue: number | null;
  readonly perReplica: number | null;
  readonly ready: number;
  /** Those that start and drain are paid for too. */
  readonly paid: number;
  readonly change: { readonly from: number; readonly to: number };
  /** What this round orders for by forecast; `null` when it does not. */
  readonly expected: { readonly peak: number; readonly horizonMs: number } | null;
}

/** Takes one round of decisions. */
export function followEffect(last: EffectState, moment: Moment, now: number): EffectState {
  const turned = noteTurn(last.at > now ? { ...last, at: now } : last, moment.change, now);
  const state = expect(turned, moment, now);
  const { demand, perReplica, ready, paid } = moment;
  const elapsedMs = last.at === 0 ? 0 : Math.min(now - last.at, longestStepMs);
  if (demand === null || perReplica === null || !(perReplica > 0) || paid === 0 || !(elapsedMs > 0))
    return { ...state, at: now };
  const used = Math.min(1, demand / (perReplica * paid));
  const most = queueShare * toleratedWaitS(moment.config) * perReplica * ready;
  const isShort = demand > 1.02 * perReplica * ready || (moment.queue ?? 0) > Math.max(5, most);
  const burden = { short: isShort ? 1 : 0, idle: 1 - used };
  const gain = Math.max(1 - 0.5 ** (elapsedMs / burdenHalfLifeMs), elapsedMs / (state.watchedMs + elapsedMs));
  const slowGain = Math.max(1 - 0.5 ** (elapsedMs / dayMs), elapsedMs / (state.watchedMs + elapsedMs));
  const { trial } = state;
  return {
    ...state,
    at: now,
    watchedMs: state.watchedMs + elapsedMs,
    efficiency: mix(state.efficiency, used, slowGain),
    burden: {
      short: state.burden.short + gain * (burden.short - state.burden.short),
      idle: state.burden.idle + gain * (burden.idle - state.burden.idle),
    },
    trial:
      trial === null
        ? null
        : {
            ...trial,
            seen: {
              ms: trial.seen.ms + elapsedMs,
              short: trial.seen.short + burden.short * elapsedMs,
              idle: trial.seen.idle + burden.idle * elapsedMs,
            },
          },
  };
}

/** Whether peaks come that were ordered for: within the reach of the forecast and two minutes. One at a time counts. */
function expect(state: EffectState, moment: Moment, now: number): EffectState {
  const { demand, expected: wanted } = moment;
  if (state.expected.length === 0 && wanted === null) return state;
  const open = state.expected.map((each) => ({ ...each, best: Math.max(each.best, demand ?? 0) }));
  const over = open.filter((each) => now >= each.until);
  const forecasts = [...state.forecasts, ...over.map((each) => each.best >= 0.75 * each.peak)].slice(-mostEvidence);
  const expected = open.filter((each) => now < each.until);
  if (wanted !== null && expected.length === 0)
    expected.push({ peak: wanted.peak, until: now + wanted.horizonMs + 120_000, best: demand ?? 0 });
  return { ...state, expected, forecasts };
}

function noteTurn(state: EffectState, change: { from: number; to: number }, now: number): EffectState {
  if (change.from === change.to) return state;
  const fade = state.at === 0 ? 1 : 0.5 ** (Math.max(0, now - state.at) / dayMs);
  if (change.to < change.from)
    return { ...state, changes: state.changes * fade + 1, turns: state.turns * fade, lastDownAt: now };
  const isTurn = state.lastDownAt > 0 && now - state.lastDownAt < turnWithinMs;
  return {
    ...state,
    changes: state.changes * fade + 1,
    turns: state.turns * fade + (isTurn ? 1 : 0),
    turnedAt: isTurn ? [...state.turnedAt, now].slice(-mostEvidence) : state.turnedAt,
    lastDownAt: 0,
  };
}

/** Tells the state of a pool what came of one of its actions. */
export function recordOutcome(state: ScalingState, decision: Decision, outcome: Outcome): ScalingState {
  return { ...state, effect: takeOutcome(state.effect, decision, outcome) };
}

/** What a later decision overtook says nothing. */
function takeOutcome(state: EffectState, decision: Decision, outcome: Outcome): EffectState {
  if (outcome.verdict === 'overtaken' || decision.to === decision.from) return state;
  const gain = Math.max(0.1, 1 / (state.judged + 1));
  const { saturation: predicted, effectiveAt } = decision.predicted;
  let { accuracy, speed, startMs, starts } = state;
  if (predicted !== null && outcome.saturation !== null) {
    const error = Math.abs(outcome.saturation - predicted) / Math.max(predicted, 0.1);
    accuracy = mix(accuracy, 1 - Math.min(1, error), gain);
  }
  if (decision.to > decision.from) {
    const expectedMs = effectiveAt - decision.at;
    // One that is not all there yet took at least so long.
    const tookMs = outcome.tookMs ?? outcome.at - decision.at;
    speed = mix(speed, Math.min(1, expectedMs / Math.max(1, tookMs)), gain);
    startMs = mix(startMs, tookMs, gain);
    if (expectedMs > 0) starts = [...starts, tookMs / expectedMs].slice(-mostEvidence);
  }
  return { ...state, judged: state.judged + 1, accuracy, speed, startMs, starts };
}

function mix(before: number | null, value: number, gain: number): number {
  return before === null ? value : before + gain * (value - before);
}

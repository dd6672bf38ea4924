import type { PoolEffect, TunedParameter, TuningRecord } from '@jaegis/model';
import { formatDuration, shortNumber } from '@jaegis/std';
import type { ScalingConfig } from '../scaling-config.ts';
import { type Burden, type EffectState, type Tuned, tunedBounds } from './effect-state.ts';

// One change at a time, each a trial:
//   burden = weight x share of time short + share of capacity idle,   weight = 10 x sqrt(0.45 % / late share aimed at)
// A change whose burden over half an hour is more than 15 % (and 0.02) above the half hours before it is undone, and its
// parameter then left alone for 2 h, 4 h, ... up to a day. Bad at: a load that changes its kind during a trial; the
// verdict then is of the load, and the change is tried again later.

const trialMs = 1_800_000;
const firstRestMs = 2 * 3_600_000;
const longestRestMs = 24 * 3_600_000;
const mostRecords = 20;
/** Too little was seen before this to blame a parameter. */
const youngMs = 3_600_000;

interface Wish {
  readonly parameter: TunedParameter;
  readonly to: number;
  readonly reason: string;
}

/** Judges the trial under way, or begins one where the outcomes ask for it. Pure; the newest record says what was done. */
export function tune(
  state: EffectState,
  o: { pool: string; config: ScalingConfig; isRehearsed: boolean },
  now: number,
): EffectState {
  if (state.trial !== null) return judgeTrial(state, o.config, now);
  const wish = wishes(state, o, now).find(({ parameter, to }) => {
    const change = Math.abs(to - state.tuned[parameter]);
    return change > 0.02 && now >= (state.restUntil[parameter] ?? 0);
  });
  return wish === undefined ? state : begin(state, { ...wish, pool: o.pool }, now);
}

/** What the outcomes so far ask for, the best founded first. */
function wishes(state: EffectState, o: { config: ScalingConfig; isRehearsed: boolean }, now: number): Wish[] {
  const { tuned, burden, starts, forecasts, watchedMs } = state;
  const found: Wish[] = [];
  const want = (parameter: TunedParameter, to: number, reason: string) => {
    const [least, most] = tunedBounds[parameter];
    found.push({ parameter, to: Number(Math.min(most, Math.max(least, to)).toPrecision(4)), reason });
  };
  const ratio = starts.length >= 3 ? median(starts.slice(-5)) : 1;
  if (ratio > 1.4 || ratio < 0.6)
    want(
      'startup',
      tuned.startup * ratio,
      `the last ${Math.min(5, starts.length)} orders took ${shortNumber(ratio)} times as long as was assumed`,
    );
  const came = forecasts.filter(Boolean).length;
  if (forecasts.length >= 4 && came / forecasts.length <= 0.4)
    want(
      'forecast',
      tuned.forecast / 2,
      `of ${forecasts.length} peaks that were ordered for by forecast ${came === 0 ? 'none' : came} came`,
    );
  else if (forecasts.length >= 4 && came / forecasts.length >= 0.8 && tuned.forecast < 1)
    want(
      'forecast',
      tuned.forecast * 1.5,
      `${came} of ${forecasts.length} peaks that were ordered for by forecast came`,
    );
  const turns = state.turnedAt.filter((at) => now - at < 3_600_000).length;
  if (o.config.isDownWindowOurs && turns >= 3)
    want('patience', tuned.patience * 1.5, `${turns} times within an hour what was given back was ordered again`);
  else if (
    o.config.isDownWindowOurs &&
    turns === 0 &&
    tuned.patience > 1 &&
    watchedMs > 6 * youngMs &&
    burden.idle > 0.35
  )
    want('patience', tuned.patience * 0.8, `nothing was turned back for an hour, and ${share(burden.idle)} is idle`);
  const { lateShare } = o.config.policy;
  // Where a rehearsed candidate leads, its margin is chosen from the same measurements already.
  if (!o.isRehearsed && watchedMs > youngMs) {
    if (burden.short > Math.max(0.02, 4 * lateShare))
      want('headroom', tuned.headroom * 0.93, `${share(burden.short)} of the time was short of capacity`);
    else if (burden.short < lateShare / 2 && burden.idle > 0.45 && watchedMs > 6 * youngMs)
      want('headroom', tuned.headroom * 1.05, `never short, and ${share(burden.idle)} of the capacity is idle`);
  }
  return found;
}

function begin(state: EffectState, wish: Wish & { pool: string }, now: number): EffectState {
  const { pool, parameter, to, reason } = wish;
  const from = state.tuned[parameter];
  const made = state.made + 1;
  const id = `t-${now}-${made}`;
  const record: TuningRecord = {
    id,
    pool,
    at: now,
    parameter,
    from,
    to,
    reason,
    state: 'trial',
    judgedAt: null,
    message: '',
  };
  return {
    ...state,
    made,
    tuned: { ...state.tuned, [parameter]: to },
    trial: { id, parameter, before: from, since: now, baseline: state.burden, seen: { ms: 0, short: 0, idle: 0 } },
    records: [...state.records, record].slice(-mostRecords),
    ...evidenceAfter(state, parameter),
  };
}

/** What spoke for the old value does not speak of the new one. */
function evidenceAfter(state: EffectState, parameter: TunedParameter): Partial<EffectState> {
  if (parameter === 'startup') return { starts: [] };
  if (parameter === 'forecast') return { forecasts: [], expected: [] };
  return parameter === 'patience' ? { turnedAt: [] } : { burden: state.burden };
}

function judgeTrial(state: EffectState, config: ScalingConfig, now: number): EffectState {
  const trial = state.trial!;
  if (now < trial.since) return { ...state, trial: { ...trial, since: now } };
  const { seen, baseline, parameter } = trial;
  if (seen.ms < trialMs) return state;
  const during = { short: seen.short / seen.ms, idle: seen.idle / seen.ms };
  const before = burdenOf(baseline, config);
  const after = burdenOf(during, config);
  const isWorse = after > before + Math.max(0.02, 0.15 * before);
  const times = (state.undone[parameter] ?? 0) + 1;
  const restMs = Math.min(longestRestMs, firstRestMs * 2 ** (times - 1));
  const told = `short ${share(during.short)} of the time and ${share(during.idle)} idle, before it ${share(baseline.short)} and ${share(baseline.idle)}`;
  const message = isWorse ? `${told}: undone, left alone for ${formatDuration(restMs)}` : told;
  const verdict = { state: isWorse ? ('undone' as const) : ('kept' as const), judgedAt: now, message };
  return {
    ...state,
    trial: null,
    tuned: isWorse ? { ...state.tuned, [parameter]: trial.before } : state.tuned,
    restUntil: { ...state.restUntil, [parameter]: isWorse ? now + restMs : now + trialMs },
    undone: isWorse ? { ...state.undone, [parameter]: times } : state.undone,
    records: state.records.map((record) => (record.id === trial.id ? { ...record, ...verdict } : record)),
    ...(isWorse ? evidenceAfter(state, parameter) : {}),
  };
}

function burdenOf({ short, idle }: Burden, config: ScalingConfig): number {
  return 10 * Math.sqrt(0.0045 / Math.max(config.policy.lateShare, 1e-5)) * short + idle;
}

/** The configuration with what outcomes have taught laid over it. What a person wrote of windows stays. */
export function tunedConfig(config: ScalingConfig, tuned: Tuned): ScalingConfig {
  if (tuned.headroom === 1 && tuned.patience === 1) return config;
  const { policy, scaleDown } = config;
  const stabilizationWindowMs = scaleDown.stabilizationWindowMs * (config.isDownWindowOurs ? tuned.patience : 1);
  return {
    ...config,
    policy: { ...policy, utilization: Math.min(0.97, policy.utilization * tuned.headroom) },
    scaleDown: { ...scaleDown, stabilizationWindowMs },
  };
}

/** What is shown of it. */
export function effectOf(state: EffectState): PoolEffect {
  const { accuracy, efficiency, speed, startMs, judged, tuned } = state;
  return {
    accuracy,
    efficiency,
    stability: state.changes >= 1 ? Math.max(0, 1 - state.turns / state.changes) : null,
    speed,
    short: state.watchedMs > 0 ? state.burden.short : null,
    startMs,
    judged,
    tuned,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

function share(value: number): string {
  return `${shortNumber(value * 100)} %`;
}

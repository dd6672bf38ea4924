/**
 * CPU that something beside the work takes, or work that has become many times as heavy: an agent that uses a fifth of a core
 * where a hundredth always did for as much work. `followCpu(state, reading, now)` is a fold over readings of five seconds:
 *   mean    of the CPU over about half a minute
 *   top     about the highest mean of its last quarter of an hour, and the most requests a second with it
 *   heavy   while the mean is above a tenth, and above 4 x top x (requests now / most requests, where more than 1), and the
 *           newest reading not far below that: a burst ends at once
 * It is told when that has lasted for twenty seconds; after a quarter of an hour it is the agent's way of working. Each time that
 * it passes by itself it must last twice as long the next time, which is forgotten within a day: a job of every hour is told a
 * few times. Start-up is unlike work: the first minute teaches nothing.
 * Bad at: agents of which no requests are known (nothing is said), agents that are busy already, and what grows slowly.
 */
import { formatDuration, formatValue } from '@jaegis/std';
import { nextPatience } from './patience.ts';

export interface CpuReading {
  /** Share of what it may use; `null` = not known. */
  readonly cpu: number | null;
  /** Requests per second. */
  readonly rate: number | null;
}

/** Plain data. */
export interface CpuState {
  readonly startedAt: number;
  readonly mean: number;
  readonly seen: number;
  readonly top: number;
  readonly topRate: number;
  /** Since when it is heavy; `null` while it is not. */
  readonly since: number | null;
  /** How long that may last, milliseconds. */
  readonly patienceMs: number;
}

const startUpMs = 60_000;
const leastSeen = 12;
const meanRate = 1 / 4;
const riseRate = 0.02;
const fallRate = 1 / 180;
const times = 4;
const leastShare = 0.1;
/** Below that a top says more of the clock's grain than of the agent. */
const leastTop = 0.02;
const lastsMs = 20_000;
const stillShare = 0.7;
const usualAfterMs = 15 * 60_000;
/** Forgotten within half a day of readings. */
const patience = { firstMs: lastsMs, mostMs: usualAfterMs, forgetRate: 1 / 8_640 };

/** The next state, and the reason while the agent is heavy; `undefined` while it is not, or that is not known. */
export function followCpu(
  state: CpuState | undefined,
  { cpu, rate }: CpuReading,
  now: number,
): { readonly state: CpuState; readonly heavy: string | undefined } {
  const before = state ?? {
    startedAt: now,
    mean: cpu ?? 0,
    seen: 0,
    top: 0,
    topRate: 0,
    since: null,
    patienceMs: lastsMs,
  };
  if (cpu === null || rate === null) return { state: { ...before, since: null }, heavy: undefined };
  const next = { ...before, mean: before.mean + meanRate * (cpu - before.mean) };
  if (now - before.startedAt < startUpMs) return { state: next, heavy: undefined };
  const { mean, seen, top, topRate } = next;
  const more = rate <= topRate ? 1 : topRate > 0 ? rate / topRate : Number.POSITIVE_INFINITY;
  const limit = Math.max(leastShare, times * Math.max(top, leastTop) * more);
  const isHeavy = seen >= leastSeen && mean > limit && cpu > stillShare * limit;
  const since = before.since ?? now;
  if (now - since >= usualAfterMs)
    return { state: { ...next, top: mean, topRate: rate, since: null }, heavy: undefined };
  if (!isHeavy) return { state: learn(next, rate, now), heavy: undefined };
  const lastedMs = now - since;
  const isLong = lastedMs >= next.patienceMs;
  const took = `CPU ${formatValue(mean, 'ratio')} for ${formatDuration(lastedMs)}, at most ${formatValue(top, 'ratio')} for as much work before`;
  return {
    state: { ...next, since },
    heavy: isLong ? `${took}: something beside its work takes it, or its work has become heavy` : undefined,
  };
}

function learn(state: CpuState, rate: number, now: number): CpuState {
  const { mean, seen, top, topRate } = state;
  return {
    ...state,
    seen: Math.min(seen + 1, leastSeen),
    top: seen === 0 ? mean : towards(top, mean),
    topRate: seen === 0 ? rate : towards(topRate, rate),
    since: null,
    patienceMs: nextPatience(state, now, patience),
  };
}

function towards(top: number, value: number): number {
  return top + (value > top ? riseRate : fallRate) * (value - top);
}

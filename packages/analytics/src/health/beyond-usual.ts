/**
 * A figure that is several times what as much work ever took. `followUsual(state, reading, now, kind)` is a fold over readings of
 * five seconds:
 *   mean    of the figure over about half a minute, unless it is one already
 *   top     about the highest mean of its last quarter of an hour, and the most requests a second with it
 *   usual   top x (requests now / most requests, where more than 1): what as much work should take
 *   beyond  while the mean is above `least`, and above usual + 2 x top, and the newest reading not far below that: a burst ends
 *           at once
 * What is beyond the usual hardly moves the top, or an excess that grows slowly to its size would be learned on its way.
 * It is told when it has lasted for some time (patience.ts); after a quarter of an hour it is the way of working. Start-up is
 * unlike work: the first minute teaches nothing.
 * Bad at: agents of which no requests are known (nothing is said), and what grows slowly.
 */
import { nextPatience } from './patience.ts';

export interface WorkReading {
  /** The figure; `null` = not known. */
  readonly value: number | null;
  /** Requests per second. */
  readonly rate: number | null;
}

/** Plain data. */
export interface UsualState {
  readonly startedAt: number;
  readonly mean: number;
  readonly seen: number;
  readonly top: number;
  readonly topRate: number;
  /** Since when it is beyond; `null` while it is not. */
  readonly since: number | null;
  /** How long that may last, milliseconds. */
  readonly patienceMs: number;
}

export interface UsualKind {
  /** Means at or below this harm nobody. */
  readonly least: number;
  /** Below that a top says more of the grain of the measure than of the agent. */
  readonly leastTop: number;
  /** How far a reading moves the mean; 1 where it is a mean over half a minute itself. */
  readonly meanRate: number;
  /** The usual grows with the work up to so many times that of before; with more nothing is beyond. */
  readonly mostMore: number;
  readonly patience: { readonly firstMs: number; readonly mostMs: number; readonly forgetRate: number };
}

/** What is told of: the mean now, the top before, and how long the mean has been beyond. */
export interface Beyond {
  readonly mean: number;
  readonly top: number;
  readonly lastedMs: number;
}

const startUpMs = 60_000;
const leastSeen = 12;
const riseRate = 0.02;
const fallRate = 1 / 180;
/** Room above what as much work should take, in tops: noise, and requests that are counted when they are finished. */
const room = 2;
/** Of a mean beyond the usual no more than so many times the usual is learned from. */
const believed = 1.5;
const stillShare = 0.7;
const usualAfterMs = 15 * 60_000;

/** The next state; `beyond` is `undefined` while it is not, not for long enough, or not known. */
export function followUsual(
  state: UsualState | undefined,
  { value, rate }: WorkReading,
  now: number,
  kind: UsualKind,
): { readonly state: UsualState; readonly beyond: Beyond | undefined } {
  const before = state ?? {
    startedAt: now,
    mean: value ?? 0,
    seen: 0,
    top: 0,
    topRate: 0,
    since: null,
    patienceMs: kind.patience.firstMs,
  };
  if (value === null || rate === null) return { state: { ...before, since: null }, beyond: undefined };
  const next = { ...before, mean: before.mean + kind.meanRate * (value - before.mean) };
  if (now - before.startedAt < startUpMs) return { state: next, beyond: undefined };
  const { mean, seen, top, topRate } = next;
  const more = rate <= topRate ? 1 : topRate > 0 ? rate / topRate : Number.POSITIVE_INFINITY;
  const base = Math.max(top, kind.leastTop);
  const usual = base * Math.min(more, kind.mostMore);
  const limit = Math.max(kind.least, usual + room * base);
  const isBeyond = seen >= leastSeen && more <= kind.mostMore && mean > limit && value > stillShare * limit;
  const since = before.since ?? now;
  if (now - since >= usualAfterMs)
    return { state: { ...next, top: mean, topRate: rate, since: null }, beyond: undefined };
  if (!isBeyond) {
    const patienceMs = nextPatience(next, now, kind.patience);
    return { state: { ...learn(next, rate, believed * usual), since: null, patienceMs }, beyond: undefined };
  }
  const lastedMs = now - since;
  return { state: { ...next, since }, beyond: lastedMs >= next.patienceMs ? { mean, top, lastedMs } : undefined };
}

function learn(state: UsualState, rate: number, most: number): UsualState {
  const { mean, seen, top, topRate } = state;
  return {
    ...state,
    seen: Math.min(seen + 1, leastSeen),
    top: seen === 0 ? mean : towards(top, Math.min(mean, most)),
    topRate: seen === 0 ? rate : towards(topRate, rate),
  };
}

function towards(top: number, value: number): number {
  return top + (value > top ? riseRate : fallRate) * (value - top);
}

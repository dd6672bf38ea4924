/**
 * Quick answers with nothing in them: an agent that finishes requests, yet uses hardly any of the tokens that its requests
 * always took. `followAnswers(state, reading, now)` is a fold; tokens per finished request are
 *   learned from windows of three requests or more, near the least of them, and
 *   empty when they stay below six tenths of that for half a minute and have fallen below a quarter.
 * Rates are means over half a minute, so that after the last request of all both fall, and nothing is empty. Each time that
 * it passes by itself (a cache), it must last twice as long the next time; within hours that is forgotten. A newcomer to a pool
 * begins with what its peers take (`usualOfPeer`), so that answers which are empty from its first minutes on do not become
 * its way of working.
 * Bad at: agents that use no tokens; agents that change their model for one of a quarter of the tokens (told once, half an
 * hour later it is their way of working).
 */
import { formatDuration, formatValue, shortNumber } from '@jaegis/std';
import { nextPatience } from './patience.ts';

export interface AnswersReading {
  /** Tokens and finished requests per second, over about half a minute; `null` = not known. */
  readonly tokensRate: number | null;
  readonly throughput: number | null;
  /** Share of requests that failed: those use no tokens, and are told of as errors. */
  readonly errorRate: number | null;
}

/** Plain data; JSON keeps it over restarts. */
export interface AnswersState {
  /** Windows learned from, and about the least tokens per request in them. */
  readonly seen: number;
  readonly least: number;
  /** Since when there is too little in them; `null` while there is not. */
  readonly since: number | null;
  /** How long that may last, milliseconds. */
  readonly patienceMs: number;
}

const leastSeen = 24;
const leastRequests = 3;
const windowSeconds = 30;
const little = 0.6;
const hardlyAny = 0.25;
const lastsMs = 30_000;
const fallRate = 0.15;
const riseRate = 0.02;
/** Beyond so many times the least it is no ordinary work (a loop), and teaches hardly anything. */
const ordinary = 2;
const strangeRate = 0.001;
const usualAfterMs = 30 * 60_000;
/** Forgotten within an hour of readings. */
const patience = { firstMs: lastsMs, mostMs: usualAfterMs, forgetRate: 1 / 720 };
const mostErrors = 0.25;
const unknown: AnswersState = { seen: 0, least: 0, since: null, patienceMs: lastsMs };

/** The next state, and the reason when the agent's answers are empty; `undefined` when they are not, or that is not known. */
export function followAnswers(
  state: AnswersState | undefined,
  reading: AnswersReading,
  now: number,
): { readonly state: AnswersState; readonly empty: string | undefined } {
  const before = state ?? unknown;
  const { tokensRate, throughput } = reading;
  const isJudged =
    tokensRate !== null &&
    throughput !== null &&
    throughput * windowSeconds >= leastRequests &&
    (reading.errorRate ?? 0) <= mostErrors;
  if (!isJudged) return { state: { ...before, since: null }, empty: undefined };
  const each = tokensRate / throughput;
  if (before.seen < leastSeen || each >= little * before.least) {
    return { state: learn(before, each, now), empty: undefined };
  }
  const since = before.since ?? now;
  const sinceMs = now - since;
  if (sinceMs >= usualAfterMs) return { state: unknown, empty: undefined };
  const next = { ...before, since };
  if (sinceMs < before.patienceMs || each >= hardlyAny * before.least) return { state: next, empty: undefined };
  const tokens = (count: number) => shortNumber(Math.round(count));
  const seen = `finishes ${formatValue(throughput, '1/s')} with ${tokens(each)} tokens each for ${formatDuration(sinceMs)}`;
  return { state: next, empty: `${seen}, at least ${tokens(before.least)} are usual: its answers may be empty` };
}

/** What a like agent that begins may be judged by; `undefined` while this one does not know, or is in doubt itself. */
export function usualOfPeer({ seen, least, since }: AnswersState): AnswersState | undefined {
  return seen === leastSeen && since === null ? { ...unknown, seen, least } : undefined;
}

function learn(state: AnswersState, each: number, now: number): AnswersState {
  const { seen, least } = state;
  const isStrange = seen === leastSeen && least > 0 && each > ordinary * least;
  const rate = seen === 0 ? 1 : each < least ? fallRate : isStrange ? strangeRate : riseRate;
  return {
    seen: Math.min(seen + 1, leastSeen),
    least: least + rate * ((isStrange ? ordinary * least : each) - least),
    since: null,
    patienceMs: nextPatience(state, now, patience),
  };
}

/**
 * What more replicas came to while work waited: work finished by the number that is ready now, beside what the number
 * before finished. Where half as many again finish hardly more, something behind the pool limits it (a database, a quota,
 * a lock), and that is said; it is ordered on all the same, since nobody else would notice when the limit goes. Counted
 * work only, in windows that the queue outlasted. Bad at: work that becomes harder at the same time.
 */
import { shortNumber } from '@jaegis/std';

/** A number of ready replicas, and the mean of what they finished a second while work waited. */
interface Level {
  readonly ready: number;
  readonly finished: number;
  readonly looks: number;
  readonly at: number;
}

export interface GainState {
  readonly before: Level | null;
  readonly now: Level | null;
}

const enoughLooks = 3;
const forgetMs = 1_800_000;
/** So many times as many replicas at least; one more of ten proves nothing. */
const leastGrowth = 1.25;
/** Of the growth in replicas, the share by which work has to grow. */
const leastShare = 0.25;

export const noGainState: GainState = { before: null, now: null };

/** Takes a look while work waits: `finished` pieces a second by `ready` replicas. */
export function observeGain(state: GainState, seen: { ready: number; finished: number }, at: number): GainState {
  const { ready, finished } = seen;
  const { now } = state;
  if (now === null || at < now.at || at - now.at > forgetMs)
    return { before: null, now: { ready, finished, looks: 1, at } };
  if (now.ready !== ready)
    return { before: now.looks >= enoughLooks ? now : state.before, now: { ready, finished, looks: 1, at } };
  const looks = now.looks + 1;
  return { ...state, now: { ready, finished: now.finished + (finished - now.finished) / looks, looks, at } };
}

/** That more replicas did not finish more, in words; empty where they did, or where it is not known. */
export function lackOfGain({ before, now }: GainState): string {
  if (before === null || now === null || now.looks < enoughLooks || now.at - before.at > forgetMs) return '';
  const growth = now.ready / before.ready;
  if (growth < leastGrowth || now.finished > before.finished * (1 + leastShare * (growth - 1))) return '';
  const rate = (level: Level) => `${shortNumber(level.finished)}/s by ${level.ready}`;
  return `more replicas did not finish more while work waited (${rate(before)}, ${rate(now)}): something behind the pool limits it`;
}

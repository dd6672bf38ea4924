/**
 * Is it there? Silence is measured against the interval that the agent is expected to keep: suspect after 1.5 intervals,
 * lost after 3.
 *
 * - An agent that beats is judged by its heartbeats: only they make it live, and only their absence makes it lost. While
 *   its telemetry still arrives it is suspect at worst: the process runs, but the part of it that beats does not. Calling
 *   it lost would get a working agent replaced; calling it live would be the "healthy while hung" that nobody wants.
 * - An agent that never beats is judged by its telemetry, against a learned interval.
 * - Silence never counts from before `watchingSince`, nor while JAEGIS stood still: nobody is lost for the time that nobody
 *   listened. Who was not heard since then is granted `extraMs` more (home-coming.ts).
 *
 * Bad at: an agent whose exporter thread outlives its hung main loop; that one stays suspect and is told by its progress.
 */
import type { Connectivity } from '@jaegis/model';
import { spokenDuration } from './spoken-duration.ts';

export interface SilenceLimits {
  readonly suspectAfterIntervals: number;
  readonly lostAfterIntervals: number;
}

/** When an agent was last heard, by kind of sign. `null` is never. Times are epoch milliseconds. */
export interface SignsOfLife {
  readonly beatAt: number | null;
  readonly contactAt: number | null;
  readonly intervalMs: number;
}

export interface Verdict {
  readonly connectivity: Exclude<Connectivity, 'stopped'>;
  readonly reason: string;
  /** When silence alone could next change the verdict; `Infinity` when it cannot. */
  readonly recheckAt: number;
}

export function judgeSilence(
  signs: SignsOfLife,
  limits: SilenceLimits,
  o: { now: number; watchingSince: number; extraMs: number; stoodSince: (at: number) => number },
): Verdict {
  const { now, watchingSince, extraMs, stoodSince } = o;
  const { intervalMs } = signs;
  const suspectMs = limits.suspectAfterIntervals * intervalMs;
  const usualMs = limits.lostAfterIntervals * intervalMs;
  const beats = signs.beatAt !== null;
  const heardAt = Math.max(signs.beatAt ?? signs.contactAt ?? watchingSince, watchingSince);
  const stoodMs = stoodSince(heardAt);
  // What is granted changes while others come back: looked at again and again.
  const isAwaited = extraMs > 0 && (signs.beatAt ?? signs.contactAt ?? 0) < watchingSince;
  const lostMs = usualMs + (isAwaited ? extraMs : 0);
  const silentMs = now - heardAt - stoodMs;
  if (silentMs < suspectMs) {
    return { connectivity: 'live', reason: '', recheckAt: heardAt + stoodMs + suspectMs };
  }
  const heardEver = beats ? signs.beatAt! : (signs.contactAt ?? watchingSince);
  const what = beats ? 'no heartbeat' : 'no telemetry';
  const expected = beats ? 'expected every' : 'usually at least every';
  const sentence = `${what} for ${spokenDuration(now - heardEver)} (${expected} ${spokenDuration(intervalMs)})`;
  if (silentMs < lostMs) {
    const lostAt = heardAt + stoodMs + lostMs;
    const recheckAt = isAwaited ? Math.min(lostAt, now + intervalMs / 2) : lostAt;
    return { connectivity: 'suspect', reason: sentence, recheckAt };
  }
  if (beats && signs.contactAt !== null) {
    const contactMs = now - signs.contactAt;
    const contactStoodMs = stoodSince(signs.contactAt);
    if (contactMs - contactStoodMs < usualMs) {
      return {
        connectivity: 'suspect',
        reason: `${sentence}, but telemetry ${spokenDuration(contactMs)} ago: it runs, its heartbeat does not`,
        recheckAt: signs.contactAt + contactStoodMs + usualMs,
      };
    }
  }
  return { connectivity: 'lost', reason: sentence, recheckAt: Number.POSITIVE_INFINITY };
}

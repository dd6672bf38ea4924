/**
 * An agent that waits for others most of the time and has become slow itself: the time of its requests without their calls
 * (`latency_own`) is several times what as much work took (beyond-usual.ts). A detector knows that signal too, but what an agent
 * went through lately (a queue that stood still, a loop) makes such times look likely to it. So what recurs must last for a
 * minute here, and no longer.
 * Bad at: agents that call nobody (their latency is their own), requests that wait by design.
 */
import { formatDuration, formatValue } from '@jaegis/std';
import { followUsual, type UsualState } from './beyond-usual.ts';

export interface OwnTimeReading {
  /** Seconds a request; `null` = not known. */
  readonly seconds: number | null;
  /** Requests per second. */
  readonly rate: number | null;
}

/** A burst stands in the readings for half a minute. */
const patience = { firstMs: 30_000, mostMs: 45_000, forgetRate: 1 / 8_640 };
const kind = { least: 0.25, leastTop: 0.05, meanRate: 1, mostMore: 1.3, patience };

/** The next state, and the reason while the agent is slow itself; `undefined` while it is not, or that is not known. */
export function followOwnTime(
  before: UsualState | undefined,
  { seconds, rate }: OwnTimeReading,
  now: number,
): { readonly state: UsualState; readonly slow: string | undefined } {
  const { state, beyond } = followUsual(before, { value: seconds, rate }, now, kind);
  if (beyond === undefined) return { state, slow: undefined };
  const took = `own time a request ${formatValue(beyond.mean, 'seconds')} for ${formatDuration(beyond.lastedMs)}`;
  return { state, slow: `${took}, at most ${formatValue(beyond.top, 'seconds')} for as much work before` };
}

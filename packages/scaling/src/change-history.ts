import type { Change, ScalingState } from './scaling-state.ts';

/** An order costs nothing where it is refused, and work piles up meanwhile: it is not put off for longer. */
const longestRefusalMs = 60_000;

// The longest period that a rate policy may have (HPA: 1800 s); older changes can no longer matter.
const keptMs = 1_800_000;
const mostKept = 128;
/** A turn within this time is a reversal; later, the load has simply changed. */
const reversalWithinMs = 900_000;
const halfLifeMs = 900_000;

/** Reversals fade: half of their weight after 15 minutes. */
export function fadedReversals(state: ScalingState, now: number): number {
  const elapsed = Math.max(0, now - state.at);
  return state.at === 0 ? 0 : state.reversals * 0.5 ** (elapsed / halfLifeMs);
}

/** Notes a change of what is ordered. `reversals` is the faded count so far. */
export function noteChange(
  changes: readonly Change[],
  change: Change,
  reversals: number,
): { changes: readonly Change[]; reversals: number } {
  if (change.from === change.to) return { changes, reversals };
  const last = changes.at(-1);
  const turned =
    last !== undefined &&
    change.at - last.at < reversalWithinMs &&
    Math.sign(last.to - last.from) !== Math.sign(change.to - change.from);
  return {
    changes: [...changes.filter((c) => c.at <= change.at && change.at - c.at < keptMs), change].slice(-mostKept),
    reversals: turned ? reversals + 1 : reversals,
  };
}

/**
 * Tells the state that an order was not carried out: `accepted` replicas are what the target took on instead. The
 * change then counts for the rate limits only as far as it happened, and the next decision starts from there.
 */
export function recordRefusal(state: ScalingState, accepted: number): ScalingState {
  const last = state.changes.at(-1);
  if (last === undefined || state.desired === null || accepted === state.desired) return state;
  const changes = state.changes.slice(0, -1);
  if (accepted !== last.from) changes.push({ ...last, to: accepted });
  return { ...state, desired: accepted, changes, refusals: nextRefusal(state.refusals, state.at) };
}

/** Asked again after 15 s, 30 s, then each minute: a quota or a limit is not lifted by asking. */
export function nextRefusal(refusals: ScalingState['refusals'], now: number): ScalingState['refusals'] {
  const waitMs = Math.min(longestRefusalMs, 15_000 * 2 ** Math.min(refusals.count, 10));
  return { count: refusals.count + 1, retryAt: now + waitMs };
}

/** Tells the state that somebody else set the number of replicas (by hand, another controller). */
export function recordOutsideChange(state: ScalingState, replicas: number, now: number): ScalingState {
  if (state.desired === null || replicas === state.desired) return { ...state, desired: replicas };
  const noted = noteChange(state.changes, { at: now, from: state.desired, to: replicas }, state.reversals);
  return { ...state, desired: replicas, changes: noted.changes };
}

import { isActing } from '@jaegis/model';
import { nextRefusal } from './change-history.ts';
import type { ScalingState } from './scaling-state.ts';
import type { PoolSnapshot } from './snapshot.ts';

const otherHandMs = 900_000;

/** What was ordered so far, as far as one can rely on it. */
export interface Reconciled {
  readonly current: number;
  readonly state: ScalingState;
  /** What became of an order that did not come true; empty when all is as ordered. */
  readonly note: string;
  /** Somebody else changed the number since the last round. */
  readonly isOtherHand: boolean;
}

/**
 * What counts as ordered: where decisions are carried out, what was last asked for, since a target needs a moment to show it; otherwise what
 * is there. When the target has shown another number for longer than a start should take, the order came to nothing
 * (it was lost, the target lied, another hand was faster): what is there counts again, and it is ordered anew, less
 * often each time.
 */
export function reconcile(
  snapshot: PoolSnapshot,
  state: ScalingState,
  o: { now: number; startupMs: number },
): Reconciled {
  const { replicas, mode, targetHealthy } = snapshot;
  const ordered = replicas.ready + replicas.pending;
  if (!isActing(mode) || state.desired === null) {
    return { current: ordered, state: { ...state, mismatchSince: null }, note: '', isOtherHand: false };
  }
  if (ordered === state.desired || !targetHealthy) {
    const isFulfilled = targetHealthy && state.refusals.count > 0 && o.now > state.refusals.retryAt + 60_000;
    const refusals = isFulfilled ? { count: 0, retryAt: 0 } : state.refusals;
    const isThere = targetHealthy && ordered === state.desired;
    return {
      current: state.desired,
      state: { ...state, mismatchSince: null, refusals, wasFulfilled: state.wasFulfilled || isThere },
      note: '',
      isOtherHand: false,
    };
  }
  // What was there already and is another number now was changed by somebody else: no order of ours is under way.
  if (state.wasFulfilled) {
    const hands = [...state.otherHands.filter((at) => o.now - at < otherHandMs), o.now].slice(-20);
    const often = hands.length < 3 ? '' : `, ${hands.length} times within 15m: is another controller at work?`;
    return {
      current: ordered,
      state: { ...state, mismatchSince: null, desired: ordered, otherHands: hands },
      note: `somebody else made it ${ordered}, ${state.desired} were ordered${often}`,
      isOtherHand: true,
    };
  }
  const mismatchSince = state.mismatchSince ?? o.now;
  const patienceMs = (30_000 + o.startupMs / 2) * 2 ** Math.min(state.refusals.count, 4);
  if (o.now - mismatchSince <= patienceMs)
    return { current: state.desired, state: { ...state, mismatchSince }, note: '', isOtherHand: false };
  return {
    current: ordered,
    state: { ...state, mismatchSince: null, refusals: { count: nextRefusal(state.refusals, o.now).count, retryAt: 0 } },
    note: `${state.desired} were ordered before, ${ordered} are there`,
    isOtherHand: false,
  };
}

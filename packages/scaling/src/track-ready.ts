import type { ScalingState } from './scaling-state.ts';

/** Notes when the number of ready replicas changed, so that a window that straddles the change is not misread. */
export function trackReady(state: ScalingState, count: number, now: number): ScalingState {
  if (state.ready.count === count && state.ready.since > 0) return state;
  return { ...state, ready: { count, since: now, before: state.ready.since === 0 ? count : state.ready.count } };
}

/** Notes since when replicas are on the way and none becomes ready; of a state whose ready ones were tracked until `now`. */
export function trackWaiting(state: ScalingState, pending: number, now: number): ScalingState {
  if (pending === 0) return state.waitingSince === null ? state : { ...state, waitingSince: null };
  const { count, since, before } = state.ready;
  const isNews = state.waitingSince === null || (since > state.waitingSince && count > before);
  return isNews ? { ...state, waitingSince: now } : state;
}

import type { ScalingState } from './scaling-state.ts';

/** Notes when the number of ready replicas changed, so that a window that straddles the change is not misread. */
export function trackReady(state: ScalingState, count: number, now: number): ScalingState {
  if (state.ready.count === count && state.ready.since > 0) return state;
  return { ...state, ready: { count, since: now, before: state.ready.since === 0 ? count : state.ready.count } };
}

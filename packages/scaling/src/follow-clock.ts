import { moveEffect } from './effect/effect-state.ts';
import type { ScalingState } from './scaling-state.ts';

/**
 * A clock that was set back takes the memory with it: every time in the state moves by the same amount, so that
 * windows, limits and filters go on where they were instead of waiting for the old time to come again.
 */
export function followClock(state: ScalingState, now: number): ScalingState {
  const shift = state.at - now;
  if (shift <= 0) return state;
  const move = (at: number): number => at - shift;
  const moveAll = <T extends { readonly at: number }>(items: readonly T[]): T[] =>
    items.map((item) => ({ ...item, at: move(item.at) }));
  const { saturatedSince } = state.capacity;
  return {
    ...state,
    at: now,
    changes: moveAll(state.changes),
    highest: moveAll(state.highest),
    lowest: moveAll(state.lowest),
    smooth: Object.fromEntries(
      Object.entries(state.smooth).map(([name, value]) => [name, { ...value, at: move(value.at) }]),
    ),
    ready: { ...state.ready, since: state.ready.since === 0 ? 0 : move(state.ready.since) },
    capacity: { ...state.capacity, saturatedSince: saturatedSince === null ? null : move(saturatedSince) },
    queue: state.queue.map((part) => ({ ...part, fromAt: move(part.fromAt), toAt: move(part.toAt) })),
    servedRateAt: state.servedRateAt === 0 ? 0 : move(state.servedRateAt),
    doorRateAt: state.doorRateAt === 0 ? 0 : move(state.doorRateAt),
    refusals: { ...state.refusals, retryAt: move(state.refusals.retryAt) },
    otherHands: state.otherHands.map(move),
    resizedAt: state.resizedAt === 0 ? 0 : move(state.resizedAt),
    effect: moveEffect(state.effect, move),
    waitingSince: state.waitingSince === null ? null : move(state.waitingSince),
    mismatchSince: state.mismatchSince === null ? null : move(state.mismatchSince),
  };
}

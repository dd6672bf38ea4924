/**
 * Which periods to try on a series: the day and the week where the step and the length allow, a period that was found
 * (period.ts) or given, when it is neither. A period that helps nothing does no harm: its members lose in validation.
 */
import type { Seasons } from './members/member.ts';
import { findPeriod } from './period.ts';

export const dayMs = 86_400_000;
/** A period that is known beforehand need not have been seen twice. */
const knownShare = 1.25;

export function chooseSeasons(values: Float64Array, stepMs: number, given: readonly number[]): Seasons {
  const day = Math.round(dayMs / stepMs);
  const hasDay = day >= 4 && values.length >= knownShare * day;
  const other = bestOf(values, [...given.map(Math.round), findPeriod(values)], hasDay ? day : 0);
  if (!hasDay) return { day: 0, short: other, long: 0, other: 0 };
  const hasWeek = values.length >= knownShare * 7 * day;
  return { day, short: day, long: hasWeek ? 7 * day : 0, other };
}

/** The candidate that repeats itself best, unless it is a multiple of the day. */
function bestOf(values: Float64Array, candidates: readonly number[], day: number): number {
  let best = 0;
  let bestError = Number.POSITIVE_INFINITY;
  for (const period of new Set(candidates)) {
    if (!(period >= 2) || values.length < knownShare * period || isMultiple(period, day)) continue;
    let sum = 0;
    for (let i = period; i < values.length; i++) sum += Math.abs(values[i]! - values[i - period]!);
    const error = sum / (values.length - period);
    if (error < bestError) {
      best = period;
      bestError = error;
    }
  }
  return best;
}

function isMultiple(period: number, day: number): boolean {
  if (day === 0) return false;
  const times = Math.round(period / day);
  return times >= 1 && Math.abs(period - times * day) <= 0.04 * day;
}

import type { Trend } from '@jaegis/model';

/** Changes smaller than this share of the larger value are called steady. */
const tolerance = 0.15;

/** Now against an hour ago (or as far back as is known). `least` is a change that does not matter, in the value's unit. */
export function trendOf(now: number | null, before: number | null, least = 0): Trend {
  const known = now !== null && before !== null && Number.isFinite(now) && Number.isFinite(before);
  if (!known) return { now: finite(now), before: finite(before), direction: 'unknown' };
  const change = now - before;
  if (Math.abs(change) <= Math.max(least, tolerance * Math.max(Math.abs(now), Math.abs(before)))) {
    return { now, before, direction: 'steady' };
  }
  return { now, before, direction: change > 0 ? 'rising' : 'falling' };
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

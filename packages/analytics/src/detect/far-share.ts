const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Rows further apart are fewer a day, and each says more: where .3 % of rows a minute apart may be far, 1.4 % an hour apart may, 1 in 3 days. */
const mostTimes = 14 / 3;
const leastTimes = 1 / 3;
const growthBelowMinute = 0.375;
const growthToHour = 0.75;

/** The share of values that may be told as far, by how far apart they come (milliseconds); `atAMinute` of values a minute apart. */
export function farShareAt(intervalMs: number, atAMinute: number): number {
  const times =
    intervalMs < minuteMs
      ? Math.max(leastTimes, (intervalMs / minuteMs) ** growthBelowMinute)
      : Math.max(1, mostTimes * Math.min(1, intervalMs / hourMs) ** growthToHour);
  return atAMinute * times;
}

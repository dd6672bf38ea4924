const minuteMs = 60_000;
/** Rows further apart are fewer a day, and each says more: where .3 % of rows a minute apart may be far, 1.4 % an hour apart may, 1 in 3 days. */
const growth = 0.375;
const least = 1 / 3;
const most = 14 / 3;

/** The share of values that may be told as far, by how far apart they come (milliseconds); `atAMinute` of values a minute apart. */
export function farShareAt(intervalMs: number, atAMinute: number): number {
  return atAMinute * Math.min(Math.max((intervalMs / minuteMs) ** growth, least), most);
}

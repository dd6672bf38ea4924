/**
 * When something that fills up will be full: disk, memory, a quota, a day's budget. The readings are cut into ten blocks of
 * time, each block is its median; the pace is the median of the slopes between blocks at least three apart (Theil 1950,
 * Sen 1968), its tenth and ninetieth percentile give the range:
 *   at = now + (limit - level) / pace,  earliest with the fast pace, latest with the slow one.
 * It says nothing while fewer than ten readings are known, while not even the fast pace grows, or when four slopes in five
 * do not rise. Bad at: what fills in bursts (the range is wide then), and what is about to be cleaned up.
 */
export interface TimeToLimit {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly earliest: number;
  /** `null` when at the slow pace it never fills. */
  readonly latest: number | null;
  /** In the reading's unit each second. */
  readonly perSecond: number;
}

const blocks = 10;
const leastReadings = 10;
const leastApart = 3;
const risingShare = 0.8;

/** `times` ascending, epoch milliseconds, beside `values`; readings that are not finite are left out. */
export function timeToLimit(times: readonly number[], values: readonly number[], limit: number): TimeToLimit | null {
  const known = times.flatMap((time, i) => (Number.isFinite(values[i]) ? [[time, values[i]!] as const] : []));
  if (known.length < leastReadings || !Number.isFinite(limit)) return null;
  const first = known[0]![0];
  const now = known.at(-1)![0];
  if (!(now > first)) return null;
  const groups: (readonly [number, number])[][] = Array.from({ length: blocks }, () => []);
  for (const each of known)
    groups[Math.min(blocks - 1, Math.floor((blocks * (each[0] - first)) / (now - first)))]!.push(each);
  const points = groups.filter((group) => group.length > 0).map(middleOf);
  const slopes: number[] = [];
  for (let i = 0; i < points.length; i++) {
    for (let j = i + leastApart; j < points.length; j++) {
      const elapsed = points[j]![0] - points[i]![0];
      if (elapsed > 0) slopes.push((points[j]![1] - points[i]![1]) / elapsed);
    }
  }
  if (slopes.length === 0) return null;
  slopes.sort((a, b) => a - b);
  const pace = quantile(slopes, 0.5);
  const rising = slopes.filter((slope) => slope > 0).length / slopes.length;
  if (!(pace > 0) || rising < risingShare) return null;
  const newest = points.at(-1)!;
  // The newest block's median, brought forward to now.
  const level = newest[1] + pace * (now - newest[0]);
  const left = Math.max(0, limit - level);
  const slow = quantile(slopes, 0.1);
  return {
    at: now + left / pace,
    earliest: now + left / quantile(slopes, 0.9),
    latest: slow > 0 ? now + left / slow : null,
    perSecond: pace * 1_000,
  };
}

function middleOf(group: readonly (readonly [number, number])[]): [number, number] {
  const middle = (values: number[]) =>
    quantile(
      values.sort((a, b) => a - b),
      0.5,
    );
  return [middle(group.map(([time]) => time)), middle(group.map(([, value]) => value))];
}

function quantile(sorted: readonly number[], q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (place - below);
}

/**
 * Which tier answers which stretch of a question. The coarsest that cannot be seen through is taken for all of it: its
 * buckets at most a step wide and many in a window (for a selector without a window: narrower than the lookback, and
 * several to a step). Before the oldest block of that tier a coarser one helps out: something beats nothing.
 * What was not rolled up yet is rolled up on the fly, so that one answer is of one kind.
 */

/** What the samples are wanted for. */
export interface SelectHints {
  /** The function or aggregation around the selector (`rate`, `max_over_time`, `sum`); empty for none. */
  readonly func: string;
  /** Distance of the moments at which the result is wanted; 0 for one moment. */
  readonly stepMs: number;
  /** The window each moment looks at; 0 for a selector without one. */
  readonly rangeMs: number;
}

export interface Stretch {
  /** 0 for raw. */
  readonly tierMs: number;
  readonly from: number;
  /** Included. */
  readonly to: number;
}

/** An edge of a window cuts a bucket in two: with so many in it that is about a hundredth. */
const bucketsPerWindow = 30;
const bucketsPerStep = 5;
/** Half of PromQL's lookback. */
const widestForInstant = 150_000;

/** The tier (0 for raw) that suits a question; `widths` are those of the rollups, rising. */
export function suitableTier(widths: readonly number[], hints: SelectHints | undefined): number {
  if (hints === undefined) return 0;
  const { stepMs, rangeMs, func } = hints;
  const suits = (width: number): boolean => {
    if (rangeMs === 0) return stepMs >= bucketsPerStep * width && width <= widestForInstant;
    return rangeMs >= bucketsPerWindow * width && (stepMs === 0 || stepMs >= width) && !needsRaw.has(func);
  };
  return widths.findLast(suits) ?? 0;
}

/** They look at neighbours: thinner samples would give another answer. */
const needsRaw: ReadonlySet<string> = new Set(['irate', 'idelta', 'changes', 'resets', '']);

/**
 * The stretches of [from, to], oldest first. `oldest` gives the time where the data of a tier begin (Infinity when it has
 * none); the raw tier, which the head belongs to, always reaches to the end.
 */
export function planStretches(
  range: { from: number; to: number },
  tiers: { suitable: number; widths: readonly number[]; oldest: (tierMs: number) => number },
): Stretch[] {
  const { suitable, widths, oldest } = tiers;
  // Where the buckets of a tier are missing but raw samples are there, they are rolled up on the fly.
  const beginOf = (tierMs: number): number => Math.min(oldest(tierMs), oldest(0));
  const stretches: Stretch[] = [];
  let to = range.to;
  for (let tierMs = suitable; ; ) {
    const coarser = widths.filter((width) => width > tierMs);
    const isLast = coarser.every(
      (width) => oldest(width) === Number.POSITIVE_INFINITY || oldest(width) >= beginOf(tierMs),
    );
    const from = isLast ? range.from : Math.max(range.from, beginOf(tierMs));
    if (from <= to) stretches.unshift({ tierMs, from, to });
    if (isLast || from <= range.from) return stretches;
    to = Math.min(to, from - 1);
    tierMs = coarser[0]!;
  }
}

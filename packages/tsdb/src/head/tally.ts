/** Which samples the head takes, and what became of them. */

/** What became of samples, counted. */
export interface Tally {
  accepted: number;
  unknown: number;
  malformed: number;
  tooOld: number;
  tooNew: number;
  outOfOrder: number;
  duplicate: number;
}

export function emptyTally(): Tally {
  return { accepted: 0, unknown: 0, malformed: 0, tooOld: 0, tooNew: 0, outOfOrder: 0, duplicate: 0 };
}

/** Times that are taken: [oldest, newest], and how far behind its series a sample may be. */
export interface TimeLimits {
  oldest: number;
  newest: number;
  outOfOrderWindowMs: number;
}

/** Any time is taken. */
export const noLimits: TimeLimits = {
  oldest: Number.NEGATIVE_INFINITY,
  newest: Number.POSITIVE_INFINITY,
  outOfOrderWindowMs: Number.POSITIVE_INFINITY,
};

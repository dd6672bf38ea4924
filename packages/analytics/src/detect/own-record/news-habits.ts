/**
 * What comes at the same time of day on one day after the other is a habit and no news: a nightly backup, a cache that is
 * rebuilt at noon. The newest times of news are remembered; news is a habit when news came within `slack` of this time of day on
 * at least two of the last three days, and this is not much louder.
 * Bad at: a fault that a daily job causes, from its third day on; habits of a week; rows more than half an hour apart.
 */
const dayMs = 86_400_000;
const slackMs = 60 * 60_000;
const coarsestMs = 30 * 60_000;
const daysBack = 3;
const daysNeeded = 2;
const louder = 1.3;
const remembered = 12;

interface Told {
  readonly at: number;
  readonly ratio: number;
}

export class NewsHabits {
  readonly #newest: Told[] = [];

  /** Takes news of this ratio to the records at this time (epoch milliseconds), told or not, and says whether it is a habit. */
  observe(at: number, ratio: number): boolean {
    let days = 0;
    for (let day = 1; day <= daysBack; day++)
      if (this.#newest.some((each) => isDaysAgo(at - each.at, day) && ratio <= louder * each.ratio)) days++;
    this.#newest.push({ at, ratio });
    if (this.#newest.length > remembered) this.#newest.shift();
    return days >= daysNeeded;
  }
}

function isDaysAgo(age: number, day: number): boolean {
  return Math.abs(age - day * dayMs) <= slackMs;
}

/** Rows this far apart cannot tell one time of day from the next. */
export function hasHabits(intervalMs: number): boolean {
  return intervalMs <= coarsestMs;
}

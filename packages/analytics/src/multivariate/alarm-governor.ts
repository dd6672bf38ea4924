/**
 * Keeps the share of rows that alarm within a budget, whatever the data does. Of the alarm's statistic its own slow mean (an
 * hour) is taken off, and the rest is compared with a threshold that every alarm raises and every quiet row lowers:
 *   alarm: θ += step · (1 - budget);   quiet: θ -= step · budget, not below a floor learned from the past.
 * In the long run at most `budget` of the rows alarm (stochastic approximation of a quantile; adaptive conformal inference,
 * Gibbs & Candès 2021). An alarm is told once: for a few rows after it only what is clearly louder is told again, which costs
 * nothing of the budget, so that the budget is spent on events and not on the rows of one. It reads the statistic's own
 * history only, never what a row turned out to be.
 * Bad at: long faults, which it calls out at their start and then gets used to.
 */
const budget = 0.008;
/** In units of the statistic, whose 99th percentile lies about 1 above its median. */
const step = 0.2;
/** Alarms in a row after which each raises the threshold by more than the one before: no storm lasts. */
const patientRows = 6;
/** Rows after an alarm in which only what is so many times louder is told again. */
const restRows = 5;
const louder = 1.3;
const slowMeanMs = 3_600_000;
/** A peak counts as at most this much above the slow mean when the mean learns. */
const mostAbove = 2;
const firstShare = 0.998;
const floorShare = 0.98;

export class AlarmGovernor {
  readonly #rate: number;
  readonly #floor: number;
  #threshold: number;
  #mean = 0;
  /** Alarms in a row; a quiet row takes back half of one. */
  #run = 0;
  #rest = 0;
  #told = 0;

  /** `past` is the statistic over the rows that were learned from, in order. */
  constructor(past: Float64Array, intervalMs: number) {
    this.#rate = Math.min(1, Math.max(intervalMs, 1) / slowMeanMs);
    const above = past.map((value) => this.#above(value)).sort();
    const at = (share: number) => above[Math.min(above.length - 1, Math.floor(share * above.length))] ?? 1;
    this.#floor = at(floorShare);
    this.#threshold = Math.max(at(firstShare), this.#floor);
  }

  /** `news` is added to what is above the slow mean, and teaches it nothing. */
  observe(statistic: number, news = 0): boolean {
    const above = this.#above(statistic) + news;
    const isAlarm = above > this.#threshold;
    const isResting = this.#rest > 0;
    if (isResting) this.#rest--;
    if (isAlarm && isResting && above < louder * this.#told) return false;
    if (isAlarm) {
      this.#rest = restRows;
      this.#told = above;
    }
    this.#run = isAlarm ? this.#run + 1 : Math.max(0, this.#run - 0.5);
    this.#threshold = isAlarm
      ? this.#threshold + step * Math.max(1, this.#run - patientRows) * (1 - budget)
      : Math.max(this.#floor, this.#threshold - step * budget);
    return isAlarm;
  }

  #above(statistic: number): number {
    const above = statistic - this.#mean;
    this.#mean += this.#rate * Math.min(above, mostAbove);
    return above;
  }
}

/** Seconds of a step of the grid. */
export const gridS = 10;
/** A longer silence is not filled in. */
const longestGapMs = 120_000;

/** Puts what is measured at any moments on a grid of even steps: each holds what arrived in it. */
export class LoadGrid {
  #at: number;
  /** Of the running step: what has arrived, and how much of it is over. */
  #sum = 0;
  #filledS = 0;

  /** `at`: until when the load was measured already, epoch milliseconds; 0 before the first time. */
  constructor(at = 0) {
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  /**
   * `rate`, per second, was measured until `now` (epoch milliseconds). Each step that is full goes to `take`, with what arrived
   * in it and its end. False, and nothing done, when `now` is nothing new.
   */
  observe(rate: number, now: number, take: (arrivals: number, end: number) => void): boolean {
    if (this.#at === 0) this.#at = now - gridS * 1_000;
    let elapsedMs = now - this.#at;
    // A clock that was set back: go on from there.
    if (elapsedMs < 0) this.#at = now;
    if (elapsedMs <= 0) return false;
    if (elapsedMs > longestGapMs) {
      elapsedMs = gridS * 1_000;
      this.#sum = 0;
      this.#filledS = 0;
    }
    this.#at = now;
    let leftS = elapsedMs / 1_000;
    while (leftS > 1e-6) {
      const part = Math.min(leftS, gridS - this.#filledS);
      this.#sum += rate * part;
      this.#filledS += part;
      leftS -= part;
      if (this.#filledS < gridS - 1e-6) break;
      const arrivals = this.#sum;
      this.#sum = 0;
      this.#filledS = 0;
      take(arrivals, now - leftS * 1_000);
    }
    return true;
  }
}

// A load that was not below some level for an hour and falls far below it at once is rarely gone: callers that fail, a
// deployment, a gap in the measurement. It comes back as fast, and with a long start-up every replica given back is then
// missing for all of it. So three quarters of the lowest minute of an hour are provided for until two start-up times (at
// least a minute, at most half an hour) after the fall. A load that goes to sleep slowly never notices: it would have to
// lose a quarter in that time. Bad at: work that ends on the dot, which is paid for two start-up times more.
const share = 0.75;
const hourMinutes = 60;
const mostMinutes = 30;
const size = hourMinutes + mostMinutes;

export class HourFloor {
  readonly #minutes = new Float64Array(size);
  readonly #skipped: number;
  #count = 0;
  /** Demand to provide for at least, in the unit of what is observed; 0 in the first hour. */
  value = 0;

  /** `startupS`: seconds from an order to its effect. */
  constructor(startupS: number) {
    this.#skipped = Math.ceil(Math.min(mostMinutes, Math.max(1, (2 * startupS) / 60)));
  }

  /** Takes the mean demand of one more minute. */
  observe(mean: number): void {
    this.#minutes[this.#count % size] = mean;
    this.#count++;
    if (this.#count < this.#skipped + hourMinutes) return;
    let least = Number.POSITIVE_INFINITY;
    for (let ago = this.#skipped; ago < this.#skipped + hourMinutes; ago++) {
      least = Math.min(least, this.#minutes[(this.#count - 1 - ago) % size]!);
    }
    this.value = share * least;
  }
}

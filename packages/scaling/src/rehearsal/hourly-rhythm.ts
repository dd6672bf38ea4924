// Loads that jump at the same minute of the hour (timers, cron, batch uploads): for each minute of the hour the steepest
// rise that was seen there, as a factor over the five minutes before, and the highest demand; both fade with a half-life
// of eight hours. What may come until `untilS` is the largest of min(now x factor, highest) over its minutes.
// Bad at: rhythms that are no part of an hour.
const minutes = 60;
const fadePerHour = 0.5 ** (1 / 8);

export class HourlyRhythm {
  readonly #factors: Float64Array;
  readonly #highest: Float64Array;
  #minute = -1;

  constructor(kept: { factors: readonly number[]; highest: readonly number[] } = { factors: [], highest: [] }) {
    this.#factors = Float64Array.from({ length: minutes }, (_, i) => kept.factors[i] ?? 1);
    this.#highest = Float64Array.from({ length: minutes }, (_, i) => kept.highest[i] ?? 0);
  }

  /** Adds one step: its demand, and the mean demand of the five minutes before. */
  observe(rate: number, before: number, atS: number): void {
    const minute = minuteOf(atS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#factors[minute] = 1 + (this.#factors[minute]! - 1) * fadePerHour;
      this.#highest[minute] = this.#highest[minute]! * fadePerHour;
    }
    if (before > 0) this.#factors[minute] = Math.max(this.#factors[minute]!, Math.min(100, rate / before));
    this.#highest[minute] = Math.max(this.#highest[minute]!, rate);
  }

  /** The most that may come from `atS` until `untilS`, given the demand of now. Never less than it. */
  peak(now: number, atS: number, untilS: number): number {
    let most = now;
    const first = Math.floor(atS / 60);
    const ahead = Math.min(Math.floor(untilS / 60) - first, minutes - 1);
    for (let k = 0; k <= ahead; k++) {
      const minute = (((first + k) % minutes) + minutes) % minutes;
      const may = Math.min(now * this.#factors[minute]!, this.#highest[minute]!);
      if (may > most) most = may;
    }
    return most;
  }

  toJSON(): { factors: number[]; highest: number[] } {
    const short = (value: number): number => Number(value.toPrecision(4));
    return { factors: Array.from(this.#factors, short), highest: Array.from(this.#highest, short) };
  }
}

function minuteOf(atS: number): number {
  const minute = Math.floor(atS / 60) % minutes;
  return minute < 0 ? minute + minutes : minute;
}

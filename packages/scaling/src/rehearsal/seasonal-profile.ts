// What demand used to be at this time of the week: one running mean for each ten minutes of it (weight 0.5 for the
// newest week). Where this week's slot was never seen, the mean of the same time on other days stands in. A forecast is
// the demand of now times how the profile goes on from now, as far as that has lately been better than "it stays as it
// is". O(1) a step. Bad at: holidays, and the first day.
const slotS = 600;
const daySlots = 144;
const weekSlots = 7 * daySlots;

export class SeasonalProfile {
  readonly slots: Float64Array;
  #slot = -1;
  #sum = 0;
  #count = 0;

  constructor(slots: readonly (number | null)[] = []) {
    this.slots = Float64Array.from({ length: weekSlots }, (_, i) => slots[i] ?? Number.NaN);
  }

  /** Adds the demand of one step. `atS` counts seconds of UTC time. */
  observe(rate: number, atS: number): void {
    const slot = Math.floor(atS / slotS);
    if (slot !== this.#slot) {
      if (this.#count > 0) {
        const at = wrap(this.#slot);
        const mean = this.#sum / this.#count;
        const old = this.slots[at]!;
        this.slots[at] = Number.isNaN(old) ? mean : old + 0.5 * (mean - old);
      }
      this.#slot = slot;
      this.#sum = 0;
      this.#count = 0;
    }
    this.#sum += rate;
    this.#count++;
  }

  /** The profile at a time, on a line between the middles of slots; NaN where nothing is known. */
  at(timeS: number): number {
    const place = timeS / slotS - 0.5;
    const first = Math.floor(place);
    const from = this.#slotMean(first);
    return from + (place - first) * (this.#slotMean(first + 1) - from);
  }

  #slotMean(slot: number): number {
    const own = this.slots[wrap(slot)]!;
    if (!Number.isNaN(own)) return own;
    let sum = 0;
    let count = 0;
    for (let day = 1; day < 7; day++) {
      const other = this.slots[wrap(slot + day * daySlots)]!;
      if (Number.isNaN(other)) continue;
      sum += other;
      count++;
    }
    return count === 0 ? Number.NaN : sum / count;
  }

  toJSON(): (number | null)[] {
    return Array.from(this.slots, (value) => (Number.isNaN(value) ? null : Number(value.toPrecision(4))));
  }
}

function wrap(slot: number): number {
  return ((slot % weekSlots) + weekSlots) % weekSlots;
}

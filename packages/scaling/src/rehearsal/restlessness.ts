// How much a load changes while replicas start: the mean change of its minute over that time and the minute that it takes to
// be seen, as a share of itself; both sums forget with a half-life of a day. Growth counts like decline. A load that stands
// still and jumps once a day is told from one that moves all the time. Bad at: a first jump.
const fadePerMinute = 0.5 ** (1 / 1_440);

export class Restlessness {
  readonly #minutes: Float64Array;
  #count = 0;
  #changed: number;
  #stood: number;

  /** `startupS`: seconds from an order to its effect. `kept`: what `toJSON` gave. */
  constructor(startupS: number, kept: readonly [changed: number, stood: number] = [0, 0]) {
    this.#minutes = new Float64Array(1 + Math.max(1, Math.ceil(startupS / 60)));
    [this.#changed, this.#stood] = kept;
  }

  /** A share of demand; infinite before anything was seen. */
  get value(): number {
    return this.#stood > 0 ? this.#changed / this.#stood : Number.POSITIVE_INFINITY;
  }

  /** Takes the mean demand of one more minute. */
  observe(mean: number): void {
    const at = this.#count % this.#minutes.length;
    if (this.#count >= this.#minutes.length) {
      const before = this.#minutes[at]!;
      this.#changed = this.#changed * fadePerMinute + Math.abs(mean - before);
      this.#stood = this.#stood * fadePerMinute + before;
    }
    this.#minutes[at] = mean;
    this.#count++;
  }

  toJSON(): [changed: number, stood: number] {
    return [this.#changed, this.#stood];
  }
}

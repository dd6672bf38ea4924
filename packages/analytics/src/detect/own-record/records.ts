/**
 * How near is each of several sizes to its own record? A record is the largest size seen; it fades with a half-life that grows
 * with what is known, and a larger size lifts it by at most a factor a row, so that one strange hour does not blind it:
 *   ratio = size / record;   record = max(record * fade, min(size, record * lift))
 * The ratios are joined by their power mean with exponent 3. Every series is measured by itself, so one number means about
 * the same on all of them without any assumption about distributions.
 * Bad at: a fault that begins before the record is established; the tenth of ten equal faults.
 */
const halfLifeShare = 1;
const halfLifeLeast = 1_500;
const halfLifeMost = 9_000;
/** Rows before a ratio counts; until then the record takes every size as it is. */
const warmUp = 150;
/** Sizes below this share of the largest value are rounding. */
const rounding = 1e-9;

export class Records {
  readonly #records: Float64Array;
  readonly #weights: Float64Array;
  readonly #lifts: Float64Array;
  readonly #total: number;
  #rows = 0;

  constructor(kinds: readonly { readonly weight: number; readonly lift: number }[]) {
    this.#records = new Float64Array(kinds.length);
    this.#weights = Float64Array.from(kinds, ({ weight }) => weight);
    this.#lifts = Float64Array.from(kinds, ({ lift }) => lift);
    this.#total = this.#weights.reduce((sum, weight) => sum + weight, 0);
  }

  /** The power mean of the ratios, 0 while warming up, 1 where all sizes are at their records; then the records learn. */
  observe(sizes: Float64Array, largest: Float64Array): number {
    const isWarm = this.#rows > warmUp;
    const halfLife = Math.min(halfLifeMost, Math.max(halfLifeLeast, halfLifeShare * this.#rows));
    const fade = 1 - Math.LN2 / halfLife;
    let sum = 0;
    for (let k = 0; k < sizes.length; k++) {
      const size = sizes[k]!;
      const record = this.#records[k]!;
      if (isWarm && size > rounding * largest[k]!) {
        const ratio = size / Math.max(record, rounding * largest[k]!);
        sum += this.#weights[k]! * Math.min(ratio * ratio * ratio, 1e12);
      }
      const faded = record * fade;
      this.#records[k] =
        size <= faded
          ? faded
          : isWarm
            ? Math.min(size, Math.max(faded * this.#lifts[k]!, faded + rounding * largest[k]!))
            : size;
    }
    this.#rows++;
    return (sum / this.#total) ** (1 / 3);
  }
}

/**
 * DDSketch (Masson, Rim, Lee: VLDB 2019) on a fixed array: counts of values in buckets whose bounds grow by gamma, so a
 * quantile is right to within `relativeError` of its value. Mergeable, no allocation per value. Values at or below
 * `min` share the lowest bucket and values at or above `max` the highest: bad outside the range it was made for.
 */
export class QuantileSketch {
  readonly #counts: Float64Array;
  readonly #logGamma: number;
  readonly #offset: number;
  #count = 0;
  #sum = 0;
  #max = 0;

  constructor(options: { relativeError?: number; min?: number; max?: number } = {}) {
    const { relativeError = 0.02, min = 1e-6, max = 1e5 } = options;
    this.#logGamma = Math.log((1 + relativeError) / (1 - relativeError));
    this.#offset = Math.ceil(Math.log(min) / this.#logGamma);
    this.#counts = new Float64Array(Math.ceil(Math.log(max) / this.#logGamma) - this.#offset + 1);
  }

  add(value: number, weight = 1): void {
    if (!(value >= 0) || !Number.isFinite(value)) return;
    const index = value === 0 ? 0 : Math.ceil(Math.log(value) / this.#logGamma) - this.#offset;
    const bucket = index < 0 ? 0 : Math.min(index, this.#counts.length - 1);
    this.#counts[bucket] = this.#counts[bucket]! + weight;
    this.#count += weight;
    this.#sum += value * weight;
    if (value > this.#max) this.#max = value;
  }

  /** The value at quantile `q` in 0..1, or `null` when nothing was added. Never above the largest value added. */
  quantile(q: number): number | null {
    if (this.#count === 0) return null;
    const rank = q * (this.#count - 1);
    let seen = 0;
    for (let i = 0; i < this.#counts.length; i++) {
      seen += this.#counts[i]!;
      if (seen > rank) {
        const upper = Math.exp((i + this.#offset) * this.#logGamma);
        return Math.min((2 * upper) / (Math.exp(this.#logGamma) + 1), this.#max);
      }
    }
    return this.#max;
  }

  /** Adds everything the other sketch holds. Both must have been made with the same options. */
  merge(other: QuantileSketch): void {
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i] = this.#counts[i]! + other.#counts[i]!;
    this.#count += other.#count;
    this.#sum += other.#sum;
    if (other.#max > this.#max) this.#max = other.#max;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#sum = 0;
    this.#max = 0;
  }

  get count(): number {
    return this.#count;
  }

  get mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }
}

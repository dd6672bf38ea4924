/**
 * What is left of a value when a slow level and the usual deviation of its time of day (or week) are taken away, and how
 * that residual looks at four scales: its moving mean over about 3, 10 and 30 rows, and the moving mean of its size.
 *   residual = x - level - bin;   level += 0.005 residual;   bin += rate (x - level - bin)
 * Bad at: seasons that are neither a day nor a week; a level that shifts shows for about 200 rows.
 */
const levelRate = 0.005;

export const scales = 5;

export interface SeasonOptions {
  readonly periodMs: number;
  readonly bins: number;
  readonly rate: number;
}

export class SeasonResidual {
  /** Sizes at the five scales after the last row: the residual, its mean over 3, 10, 30 rows, the mean size over 10. */
  readonly sizes = new Float64Array(scales);
  readonly #periodMs: number;
  readonly #rate: number;
  readonly #bins: Float64Array;
  #level = Number.NaN;
  #mean3 = 0;
  #mean10 = 0;
  #mean30 = 0;
  #size10 = 0;

  constructor(options: SeasonOptions) {
    this.#periodMs = options.periodMs;
    this.#rate = options.rate;
    this.#bins = new Float64Array(options.bins).fill(Number.NaN);
  }

  /** What the next value at this time is expected to be; NaN before the first. */
  expectedAt(at: number): number {
    const bin = this.#bins[this.#binOf(at)]!;
    return this.#level + (Number.isNaN(bin) ? 0 : bin);
  }

  observe(at: number, x: number): void {
    if (Number.isNaN(this.#level)) this.#level = x;
    const k = this.#binOf(at);
    const bin = this.#bins[k]!;
    const residual = x - this.#level - (Number.isNaN(bin) ? 0 : bin);
    this.#level += levelRate * residual;
    const deviation = x - this.#level;
    this.#bins[k] = Number.isNaN(bin) ? deviation : bin + this.#rate * (deviation - bin);
    this.#mean3 += 0.3 * (residual - this.#mean3);
    this.#mean10 += 0.1 * (residual - this.#mean10);
    this.#mean30 += 0.03 * (residual - this.#mean30);
    this.#size10 += 0.1 * (Math.abs(residual) - this.#size10);
    const s = this.sizes;
    s[0] = Math.abs(residual);
    s[1] = Math.abs(this.#mean3);
    s[2] = Math.abs(this.#mean10);
    s[3] = Math.abs(this.#mean30);
    s[4] = this.#size10;
  }

  /** The series went on from another place, for a reason that is no news (a counter that restarted). */
  shift(by: number): void {
    this.#level += by;
  }

  #binOf(at: number): number {
    const phase = at - Math.floor(at / this.#periodMs) * this.#periodMs;
    return Math.floor((phase / this.#periodMs) * this.#bins.length);
  }
}

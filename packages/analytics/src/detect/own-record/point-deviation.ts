/**
 * How far is a value from a quick moving average, in units of the usual distance? The usual distance (mean size of the
 * residual, clipped at five) is never believed to be below some shares of the series' own long-run sizes (`Least`): a count that is nearly
 * always zero must not alarm at every one.
 * Bad at: slow changes, which it follows.
 */
const learnRate = 0.002;
const slowRate = 0.0005;
const clip = 5;
const warmUp = 30;
/** Beyond this many usual distances a value moves the average no further, */
const farFrom = 6;
/** unless so many of them come in a row: then it is the new level. */
const believedAfter = 4;

/** The shares of long-run sizes below which no usual distance is. */
export interface Least {
  /** Of the root mean square of the residual. */
  readonly rough: number;
  /** Of the standard deviation. */
  readonly deviation: number;
  /** Of the mean size. */
  readonly size: number;
}

export class PointDeviation {
  /** The expected value of the next row. */
  expected = Number.NaN;
  /** The usual distance from it. */
  usual = 0;
  readonly #follow: number;
  readonly #least: Least;
  #rows = 0;
  #farRun = 0;
  #size = 0;
  #mean = 0;
  #variance = 0;
  #magnitude = 0;
  #square = 0;

  /** `follow` is the weight of the newest value in the moving average. */
  constructor(follow: number, least: Least) {
    this.#follow = follow;
    this.#least = least;
  }

  get isWarm(): boolean {
    return this.#rows > warmUp;
  }

  /** Long-run standard deviation of the series. */
  get deviation(): number {
    return Math.sqrt(this.#variance);
  }

  /** Distance in usual distances; 0 while warming up. */
  observe(x: number): number {
    const n = ++this.#rows;
    if (n === 1) {
      this.expected = x;
      this.#mean = x;
    }
    const residual = x - this.expected;
    const distance = Math.abs(residual);
    const least = Math.max(
      this.#least.rough * Math.sqrt(this.#square),
      this.#least.deviation * Math.sqrt(this.#variance),
      this.#least.size * this.#magnitude,
      1e-12 * Math.abs(x),
    );
    const usual = Math.max(this.#size, least);
    const z = n > warmUp && distance > 0 ? distance / usual : 0;
    const slow = Math.max(1 / n, slowRate);
    this.#square += slow * (distance * distance - this.#square);
    const d = x - this.#mean;
    this.#mean += slow * d;
    this.#variance = (1 - slow) * (this.#variance + slow * d * d);
    this.#magnitude += slow * (Math.abs(x) - this.#magnitude);
    const bounded = n > warmUp ? Math.min(distance, clip * usual) : distance;
    this.#size += Math.max(1 / n, learnRate) * (bounded - this.#size);
    // One far value hardly moves the average, or the next ordinary value would look far too; several in a row do.
    const isFar = n > warmUp && distance > farFrom * usual;
    this.#farRun = isFar ? this.#farRun + 1 : 0;
    const step = isFar && this.#farRun < believedAfter ? Math.sign(residual) * farFrom * usual : residual;
    this.expected += this.#farRun >= believedAfter ? residual : this.#follow * step;
    if (this.#farRun >= believedAfter) this.#farRun = 0;
    this.usual = Math.max(this.#size, least);
    return z;
  }

  /** Goes on from here, without news. */
  restart(x: number): void {
    if (this.#rows > 0) this.expected = x;
  }
}

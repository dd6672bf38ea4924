/**
 * Is something going on, on data seconds to two minutes apart? The sum of two parts, in usual distances, that rank rows and alarm nobody:
 *  1. short: the power mean (exponent 1.5) of the deviation from a quick average, over about 5 and 10 rows, what lasts a little more;
 *  2. lasting: how far the smoothed value lies from the level of its hour of the day, in spreads of this hour, beyond two spreads.
 *     level += .003 clip(x - level);  spread += .001 (min(|x - level|, 3 spreads) - spread)
 *     Both learn so slowly, and from so little of a far value, that an outage of days is still one on its last day.
 * Bad at: a new level that is meant to stay, which counts for days; hours that have not been seen; weekends, in part.
 */
import { PointDeviation } from './point-deviation.ts';

/** One value counts for no more than this many usual distances. */
const mostDistance = 20;
const quickRate = 0.2;
const briefRate = 0.1;
const briefWeight = 1.2;
const follow = 0.3;
const leastUsual = { rough: 0, deviation: 0.1, size: 0.03 };
/** So much deviation is half of all that can be. */
const usualEvidence = 1.5;

const dayMs = 86_400_000;
const hours = 24;
const levelRate = 0.003;
const spreadRate = 0.001;
const clip = 3;
/** The spread of an hour is never believed to be below this share of the series' own deviation. */
const leastSpread = 0.2;
const smoothing = 0.1;
const beyondSpreads = 2;
const levelWeight = 0.3;
/** Rows of an hour, and of the series (a day of minutes), from which its level is believed. */
const hourWarmUp = 60;
const warmUp = 1440;

export class LastingEvidence {
  readonly #short = new PointDeviation(follow, leastUsual);
  readonly #levels = new Float64Array(hours);
  readonly #spreads = new Float64Array(hours);
  readonly #counts = new Float64Array(hours);
  #rows = 0;
  #quick = 0;
  #brief = 0;
  #off = 0;

  /** Takes the value at this time (epoch milliseconds) and returns the evidence, 0 or more, without a bound. */
  observe(at: number, x: number): number {
    this.#rows++;
    const distance = Math.min(this.#short.observe(x), mostDistance);
    const loud = distance * Math.sqrt(distance);
    this.#quick += quickRate * (loud - this.#quick);
    this.#brief += briefRate * (loud - this.#brief);
    const short = Math.max(Math.cbrt(this.#quick) ** 2, briefWeight * Math.cbrt(this.#brief) ** 2);
    this.#off += smoothing * (this.#spreadsOff(at, x) - this.#off);
    return short / usualEvidence + levelWeight * Math.max(0, Math.abs(this.#off) - beyondSpreads);
  }

  /** How many spreads of its hour the value lies above or below the level of its hour; 0 while warming up. */
  #spreadsOff(at: number, x: number): number {
    const hour = Math.floor(((at - Math.floor(at / dayMs) * dayMs) / dayMs) * hours);
    const n = this.#counts[hour]! + 1;
    this.#counts[hour] = n;
    if (n === 1) this.#levels[hour] = x;
    const isWarm = n > hourWarmUp;
    const off = x - this.#levels[hour]!;
    const least = Math.max(leastSpread * this.#short.deviation, 1e-12 * Math.abs(x));
    const spread = Math.max(this.#spreads[hour]!, least);
    const most = isWarm ? clip * spread : Number.POSITIVE_INFINITY;
    this.#levels[hour]! += Math.max(1 / n, levelRate) * Math.min(Math.max(off, -most), most);
    this.#spreads[hour]! += Math.max(1 / n, spreadRate) * (Math.min(Math.abs(off), most) - this.#spreads[hour]!);
    return isWarm && this.#rows > warmUp && spread > 0 ? off / spread : 0;
  }
}

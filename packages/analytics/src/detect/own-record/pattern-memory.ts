/**
 * How unlike anything before is the shape of the last rows? Rows are gathered by `step` into one figure (their mean, or their
 * peak when it stands out by a tenth), the last `length` figures are a pattern, and its size is the city-block distance to
 * the nearest of at most `capacity` remembered ones: a bounded nearest-neighbour detector (as KNN-CAD, Burnaev & Ishimtsev
 * 2016; the bounded memory is that of adaptive resonance, Carpenter & Grossberg 1987). A pattern nearer than `vigilance`
 * times the usual distance moves the one that it resembles; another one takes the place of the least used.
 * Bad at: the first patterns of a series; shapes longer than step * length rows.
 */
const vigilance = 0.7;
const moveRate = 0.1;
/** So many patterns must be known before a distance means anything. */
const leastKnown = 9;
const standsOut = 0.1;

export class PatternMemory {
  /** Distance of the latest pattern to its nearest; 0 while too few are known. Kept until the next pattern is whole. */
  distance = 0;
  readonly #step: number;
  readonly #length: number;
  readonly #capacity: number;
  readonly #patterns: Float64Array;
  readonly #use: Float64Array;
  readonly #latest: Float64Array;
  #known = 0;
  #figures = 0;
  #usual = 0;
  #measured = 0;
  #rows = 0;
  #sum = 0;
  #most = Number.NEGATIVE_INFINITY;
  #least = Number.POSITIVE_INFINITY;

  constructor(step: number, length: number, capacity: number) {
    this.#step = step;
    this.#length = length;
    this.#capacity = capacity;
    this.#patterns = new Float64Array(capacity * length);
    this.#use = new Float64Array(capacity);
    this.#latest = new Float64Array(length);
  }

  observe(x: number): void {
    this.#sum += x;
    if (x > this.#most) this.#most = x;
    if (x < this.#least) this.#least = x;
    if (++this.#rows < this.#step) return;
    const mean = this.#sum / this.#step;
    const before = this.#figures > 0 ? this.#latest[this.#length - 1]! : mean;
    const peak = Math.abs(this.#most - before) > Math.abs(this.#least - before) ? this.#most : this.#least;
    const figure = Math.abs(peak - mean) < standsOut * Math.abs(mean) ? mean : peak;
    this.#latest.copyWithin(0, 1);
    this.#latest[this.#length - 1] = figure;
    this.#rows = 0;
    this.#sum = 0;
    this.#most = Number.NEGATIVE_INFINITY;
    this.#least = Number.POSITIVE_INFINITY;
    if (++this.#figures >= this.#length) this.#compare();
  }

  #compare(): void {
    const length = this.#length;
    const patterns = this.#patterns;
    const latest = this.#latest;
    let best = Number.POSITIVE_INFINITY;
    let nearest = -1;
    for (let j = 0; j < this.#known; j++) {
      let sum = 0;
      for (let q = 0, p = j * length; q < length && sum <= best; q++, p++) sum += Math.abs(latest[q]! - patterns[p]!);
      if (sum < best) {
        best = sum;
        nearest = j;
      }
    }
    this.distance = this.#known >= leastKnown ? best : 0;
    if (nearest < 0) {
      this.#remember(0);
      this.#known = 1;
      return;
    }
    this.#measured++;
    const bounded = this.#usual > 0 ? Math.min(best, 4 * this.#usual) : best;
    this.#usual += Math.max(1 / this.#measured, 0.01) * (bounded - this.#usual);
    if (best > vigilance * this.#usual) {
      const place = this.#known < this.#capacity ? this.#known++ : this.#leastUsed();
      this.#remember(place);
      for (let j = 0; j < this.#known; j++) this.#use[j]! *= 1 - 1 / (8 * this.#capacity);
    } else {
      for (let q = 0, p = nearest * length; q < length; q++, p++)
        patterns[p]! += moveRate * (latest[q]! - patterns[p]!);
    }
    this.#use[nearest]!++;
  }

  #remember(place: number): void {
    this.#patterns.set(this.#latest, place * this.#length);
    this.#use[place] = 1;
  }

  #leastUsed(): number {
    let place = 0;
    for (let j = 1; j < this.#capacity; j++) if (this.#use[j]! < this.#use[place]!) place = j;
    return place;
  }
}

/**
 * Routine bursts are a habit and no news: a job that now and then takes fifty times the usual, a count that is nearly always
 * zero. The distances of what was far are counted on a logarithmic scale and fade slowly; a far value is a habit when values
 * about as far as it (`alike` times nearer counts) were more than a share of all rows since.
 * Bad at: bursts that have only begun; a fault that comes as often, and as far, as a routine.
 */
const halfLifeRows = 9_000;
const keep = 1 - Math.LN2 / halfLifeRows;
/** So many of a kind are no habit, however few rows there were. */
const free = 4;
const alike = 1.3;
const steps = 160;
const step = Math.log(1.06);

export class FarHabits {
  /** How often each distance came, in units of `#unit`, which grows in place of all of them fading. */
  readonly #counts = new Float64Array(steps);
  #unit = 1;
  #rows = 0;

  /** Another row was seen. */
  pass(): void {
    this.#rows = this.#rows * keep + 1;
    this.#unit /= keep;
    if (this.#unit < 1e100) return;
    for (let k = 0; k < steps; k++) this.#counts[k]! /= this.#unit;
    this.#unit = 1;
  }

  /** Notes a value that is this far (in usual distances), and says whether it is a habit; `share` of all rows may be as far. */
  observe(distance: number, share: number): boolean {
    let count = 0;
    for (let k = binOf(distance / alike); k < steps; k++) count += this.#counts[k]!;
    this.#counts[binOf(distance)]! += this.#unit;
    return count > (free + share * this.#rows) * this.#unit;
  }
}

function binOf(distance: number): number {
  return Math.min(steps - 1, Math.max(0, Math.floor(Math.log(distance) / step)));
}

/**
 * A series that stands still: a stuck sensor, a poller that repeats its last answer. The same value so many times in a row is
 * news once it is `times` the longest such run so far (which fades slowly), and at least `leastRun` rows.
 * Bad at: series that stand still as a habit for as long as a fault does; a flat line with a little noise on it.
 */
const leastRun = 10;
const times = 3;
const halfLifeRows = 9_000;
const keep = 1 - Math.LN2 / halfLifeRows;
/** Who has changed less often than this stands still by nature. */
const leastChanges = 50;

export class StillRun {
  #changes = 0;
  #last = Number.NaN;
  #run = 1;
  #longest = 1;
  #isTold = false;

  /** Takes the next finite value; true on the one row from which it stands still for longer than ever. */
  observe(x: number): boolean {
    this.#longest = Math.max(1, this.#longest * keep);
    if (x !== this.#last) {
      this.#changes++;
      this.#longest = Math.max(this.#longest, this.#run);
      this.#last = x;
      this.#run = 1;
      this.#isTold = false;
      return false;
    }
    this.#run++;
    if (this.#isTold || this.#changes < leastChanges) return false;
    this.#isTold = this.#run >= Math.max(leastRun, times * this.#longest);
    return this.#isTold;
  }
}

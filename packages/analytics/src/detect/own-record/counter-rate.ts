/**
 * A counter says what happened in how much it grew. A series that has only risen so far, but for restarts, is one: what it grew
 * by since the row before (per interval where rows are missing) is shown to the detector in its place; the row of a restart is
 * not shown. What falls in any other way is no counter and shown as it is from then on. Each change begins to learn anew.
 * Bad at: counters that rise less often than 32 times in what is given; a level that climbs by noise-free steps, which is taken
 * for a counter until it first falls.
 */
import type { MemberRun, RowVerdict } from '../member.ts';

const leastRows = 64;
const leastRises = 32;
/** A restart falls below this share of where it was, after so many rises at least. */
const restartsBelow = 0.6;
const risesBefore = 24;
/** Rows this many intervals apart have rows missing between them. */
const missingFrom = 1.5;

export class CounterRate implements MemberRun {
  readonly #start: () => MemberRun;
  #run: MemberRun;
  #kind: 'unknown' | 'counter' | 'plain' = 'unknown';
  #rows = 0;
  #rises = 0;
  #risesSince = 0;
  #last = Number.NaN;
  #lastAt = Number.NaN;
  #intervalMs: number;
  readonly #grown = new Float64Array(1);

  /** `start` begins a detector that has learned nothing. */
  constructor(intervalMs: number, start: () => MemberRun) {
    this.#intervalMs = intervalMs;
    this.#start = start;
    this.#run = start();
  }

  observe(at: number, values: Float64Array, out: RowVerdict): void {
    const x = values[0]!;
    if (this.#kind === 'plain' || !Number.isFinite(x)) {
      this.#run.observe(at, values, out);
      return;
    }
    const grown = x - this.#last;
    const gap = at - this.#lastAt;
    const before = this.#last;
    if (this.#intervalMs <= 0 && gap > 0) this.#intervalMs = gap;
    this.#last = x;
    this.#lastAt = at;
    this.#rows++;
    if (grown > 0) {
      this.#rises++;
      this.#risesSince++;
    }
    const isRestart = grown < 0 && x >= 0 && x < restartsBelow * before && this.#risesSince >= risesBefore;
    if (grown < 0) this.#risesSince = 0;
    if (grown < 0 && !isRestart) this.#become('plain');
    else if (this.#kind === 'unknown' && this.#rows > leastRows && this.#rises >= leastRises) this.#become('counter');
    if (this.#kind !== 'counter') {
      this.#run.observe(at, values, out);
      return;
    }
    const intervals = gap > missingFrom * this.#intervalMs ? gap / this.#intervalMs : 1;
    this.#grown[0] = isRestart ? Number.NaN : grown / intervals;
    this.#run.observe(at, this.#grown, out);
    out.expected = before + intervals * out.expected;
    out.lower = before + intervals * out.lower;
    out.upper = before + intervals * out.upper;
  }

  #become(kind: 'counter' | 'plain'): void {
    // What was learned of a series shown as it is still holds.
    if (kind === 'counter' || this.#kind === 'counter') this.#run = this.#start();
    this.#kind = kind;
  }
}

/**
 * How rare is this strangeness? Below the 99th percentile of the past as the past says; beyond it an exponential tail with
 * the past's mean excess (peaks over threshold, as in ../detect/tail.ts):
 *   surprise(s) = -log10 P(past >= s),   = 2 + (s - q99) / (excess · ln 10)  above q99.
 * Bad at: pasts of a few hundred rows, whose tail is a guess; they get a longer one.
 */
const tailShare = 0.01;
const steps = 64;
/** A tail is never believed to be shorter than this share of the way from the median to the 99th percentile. */
const leastExcess = 0.15;
/** So many rows are added to the tail's evidence, each an excess as large as the way from the median. */
const priorRows = 5;

export class Rarity {
  /** Strangeness at which the past's upper share is 10^-(2 k / steps). */
  readonly #grid = new Float64Array(steps + 1);
  readonly #excess: number;

  constructor(past: Float64Array) {
    const sorted = past.slice().sort();
    const n = sorted.length;
    for (let k = 0; k <= steps; k++) {
      const upper = 10 ** ((Math.log10(tailShare) * k) / steps);
      this.#grid[k] = n === 0 ? 0 : sorted[Math.max(0, Math.min(n - 1, Math.floor((1 - upper) * n)))]!;
    }
    const start = this.#grid[steps]!;
    const way = Math.max(start - (n === 0 ? 0 : sorted[n >> 1]!), 1e-9);
    let sum = priorRows * way;
    let count = priorRows;
    for (let i = n - 1; i >= 0 && sorted[i]! > start; i--) {
      sum += sorted[i]! - start;
      count++;
    }
    this.#excess = Math.max(sum / count, leastExcess * way);
  }

  surprise(strangeness: number): number {
    const grid = this.#grid;
    const start = grid[steps]!;
    if (strangeness > start) return -Math.log10(tailShare) + (strangeness - start) / (this.#excess * Math.LN10);
    let low = 0;
    let high = steps;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (grid[middle]! >= strangeness) high = middle;
      else low = middle + 1;
    }
    // Between two steps of the grid in a straight line: strangeness that differs must not rank alike.
    const from = low === 0 ? Number.NaN : grid[low - 1]!;
    const part = strangeness > from ? (grid[low]! - strangeness) / (grid[low]! - from) : 0;
    return (-Math.log10(tailShare) * (low - part)) / steps;
  }
}

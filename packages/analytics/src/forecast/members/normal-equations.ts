/** Rows that are taken in at once. */
const together = 4;

/**
 * Ridge regression by its normal equations, grown row by row, so that coefficients as of any earlier row cost one small
 * Cholesky factorisation: (X'X + r I) b = X'y, r = `ridge` times the mean of X'X's diagonal.
 * Bad at: columns of very different size (the callers' are alike).
 */
export class NormalEquations {
  readonly #size: number;
  /** Lower triangle of X'X, row after row. */
  readonly #gram: Float64Array;
  readonly #cross: Float64Array;
  #rows = 0;
  readonly #waiting: Float64Array;
  readonly #targets = new Float64Array(together);
  #waitingRows = 0;

  constructor(size: number) {
    this.#size = size;
    this.#gram = new Float64Array((size * (size + 1)) / 2);
    this.#cross = new Float64Array(size);
    this.#waiting = new Float64Array(together * size);
  }

  get rows(): number {
    return this.#rows;
  }

  add(row: Float64Array, target: number): void {
    const n = this.#size;
    this.#waiting.set(row, this.#waitingRows * n);
    this.#targets[this.#waitingRows++] = target;
    this.#rows++;
    if (this.#waitingRows === together) this.#addWaiting();
  }

  /** Four rows at a time: each entry of X'X is read and written once for all of them. Rows that are not there are zero. */
  #addWaiting(): void {
    if (this.#waitingRows === 0) return;
    const n = this.#size;
    const gram = this.#gram;
    const cross = this.#cross;
    const x = this.#waiting;
    x.fill(0, this.#waitingRows * n);
    this.#targets.fill(0, this.#waitingRows);
    const [y0, y1, y2, y3] = this.#targets as unknown as [number, number, number, number];
    let place = 0;
    for (let i = 0; i < n; i++) {
      const a = x[i]!;
      const b = x[n + i]!;
      const c = x[2 * n + i]!;
      const d = x[3 * n + i]!;
      cross[i] = cross[i]! + a * y0 + b * y1 + c * y2 + d * y3;
      for (let j = 0; j <= i; j++, place++) {
        gram[place] = gram[place]! + a * x[j]! + b * x[n + j]! + c * x[2 * n + j]! + d * x[3 * n + j]!;
      }
    }
    this.#waitingRows = 0;
  }

  /** Coefficients as of the rows so far. */
  solve(ridge: number): Float64Array {
    this.#addWaiting();
    const n = this.#size;
    let trace = 0;
    for (let i = 0; i < n; i++) trace += this.#gram[(i * (i + 3)) / 2]!;
    return this.solveWith(new Float64Array(n).fill((ridge * trace) / n + 1e-12));
  }

  /** Sum of squared errors of these coefficients; `squares` is the sum of the targets' squares. */
  errorOf(coefficients: Float64Array, squares: number): number {
    this.#addWaiting();
    let sum = squares;
    let place = 0;
    for (let i = 0; i < this.#size; i++) {
      sum -= 2 * coefficients[i]! * this.#cross[i]!;
      for (let j = 0; j <= i; j++, place++) {
        sum += (i === j ? 1 : 2) * coefficients[i]! * coefficients[j]! * this.#gram[place]!;
      }
    }
    return Math.max(0, sum);
  }

  /** With a penalty of its own for each coefficient. */
  solveWith(penalties: Float64Array): Float64Array {
    this.#addWaiting();
    const n = this.#size;
    const factor = this.#gram.slice();
    for (let i = 0; i < n; i++) {
      const rowI = (i * (i + 1)) / 2;
      for (let j = 0; j <= i; j++) {
        const rowJ = (j * (j + 1)) / 2;
        let sum = factor[rowI + j]! + (i === j ? penalties[i]! : 0);
        for (let k = 0; k < j; k++) sum -= factor[rowI + k]! * factor[rowJ + k]!;
        factor[rowI + j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / factor[rowJ + j]!;
      }
    }
    const x = this.#cross.slice();
    for (let i = 0; i < n; i++) {
      const rowI = (i * (i + 1)) / 2;
      for (let k = 0; k < i; k++) x[i] = x[i]! - factor[rowI + k]! * x[k]!;
      x[i] = x[i]! / factor[rowI + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) x[i] = x[i]! - factor[(k * (k + 1)) / 2 + i]! * x[k]!;
      x[i] = x[i]! / factor[(i * (i + 3)) / 2]!;
    }
    return x;
  }
}

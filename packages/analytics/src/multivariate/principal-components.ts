/**
 * Principal components of the columns (covariance, then its eigenvectors, refitted as rows come in): a row is strange when
 * it is far out within the components that hold most of the variance (Hotelling's T²) or when it leaves their plane
 * (Q, the squared prediction error), which is what a broken correlation does:
 *   T² = Σ tₖ² / (λₖ + δ),   Q = |x - V Vᵀ x|² / (rest of the λ, on average, + δ),   strangeness = sqrt(T² + Q).
 * A column's part is what its own value adds to T² + Q.
 * Bad at: changes in time that keep the correlations, and nonlinear ones.
 */
import { type Eigen, symmetricEigen } from './linear-algebra.ts';
import type { FittedModel, RowModel, ScaledRows } from './model.ts';

const learnedSpreads = 5;
const keptVariance = 0.9;
/** δ, in units of squared spreads: directions without any variance are not infinitely telling. */
const floor = 0.05;

export const principalComponents: RowModel = {
  name: 'pca',
  about: 'principal components: far out within them (T²) or off their plane (Q)',
  fit,
};

function fit(rows: ScaledRows): FittedModel {
  const d = rows.columns;
  const mean = new Float64Array(d);
  const known = new Float64Array(d);
  for (let i = 0; i < rows.rows; i++) {
    for (let j = 0; j < d; j++) {
      const value = clip(rows.z[i * d + j]!);
      if (Number.isNaN(value)) continue;
      mean[j]! += value;
      known[j]!++;
    }
  }
  for (let j = 0; j < d; j++) mean[j]! /= Math.max(1, known[j]!);
  const covariance = new Float64Array(d * d);
  const x = new Float64Array(d);
  for (let i = 0; i < rows.rows; i++) {
    center(rows.z, i * d, mean, x);
    for (let a = 0; a < d; a++) {
      const xa = x[a]!;
      if (xa !== 0) for (let b = a; b < d; b++) covariance[a * d + b]! += xa * x[b]!;
    }
  }
  for (let a = 0; a < d; a++) {
    for (let b = a; b < d; b++) {
      covariance[a * d + b]! /= Math.max(1, rows.rows);
      covariance[b * d + a] = covariance[a * d + b]!;
    }
  }
  return new Components(mean, symmetricEigen(covariance, d));
}

/** Missing values are taken for the mean. */
function center(
  z: ArrayLike<number>,
  from: number,
  mean: Float64Array,
  out: Float64Array,
  most = learnedSpreads,
): void {
  for (let j = 0; j < out.length; j++) {
    const value = z[from + j]!;
    out[j] = Number.isNaN(value) ? 0 : Math.min(Math.max(value, -most), most) - mean[j]!;
  }
}

function clip(z: number): number {
  return Math.min(Math.max(z, -learnedSpreads), learnedSpreads);
}

class Components implements FittedModel {
  readonly #mean: Float64Array;
  readonly #vectors: Float64Array;
  /** Per component what its square is divided by; those that are not kept share one. */
  readonly #weights: Float64Array;
  readonly #x: Float64Array;
  readonly #gradient: Float64Array;

  constructor(mean: Float64Array, { values, vectors }: Eigen) {
    const d = mean.length;
    this.#mean = mean;
    this.#vectors = vectors;
    this.#x = new Float64Array(d);
    this.#gradient = new Float64Array(d);
    const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
    let kept = 0;
    let held = 0;
    while (kept < d && held < keptVariance * total) held += Math.max(0, values[kept++]!);
    const rest = kept < d ? (total - held) / (d - kept) : 0;
    this.#weights = Float64Array.from(values, (value, k) => 1 / ((k < kept ? Math.max(0, value) : rest) + floor));
  }

  observe(z: Float64Array, _at: number, parts: Float64Array): number {
    const d = z.length;
    const x = this.#x;
    const gradient = this.#gradient;
    center(z, 0, this.#mean, x, Number.POSITIVE_INFINITY);
    gradient.fill(0);
    for (let k = 0; k < d; k++) {
      const at = k * d;
      let t = 0;
      for (let j = 0; j < d; j++) t += this.#vectors[at + j]! * x[j]!;
      const pull = t * this.#weights[k]!;
      for (let j = 0; j < d; j++) gradient[j]! += pull * this.#vectors[at + j]!;
    }
    let sum = 0;
    for (let j = 0; j < d; j++) {
      const share = x[j]! * gradient[j]!;
      sum += share;
      parts[j] = Math.max(0, share);
    }
    return Math.sqrt(Math.max(0, sum));
  }
}

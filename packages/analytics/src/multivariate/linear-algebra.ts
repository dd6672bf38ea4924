/**
 * The two decompositions that the linear models need, on row-major typed arrays.
 * Symmetric positive definite systems by Cholesky (A = L Lᵀ, two triangular solves); symmetric eigenvalues by cyclic
 * Jacobi rotations, which is slow (about 10 d³ per sweep) but simple, exact and free of surprises for d up to a few hundred.
 * Bad at: large sparse systems, of which there are none here.
 */

/** Solves A X = B in place of B. `a` is n x n, symmetric, positive definite and is destroyed; `b` is n x m. False when `a` is not. */
export function solveSymmetric(a: Float64Array, b: Float64Array, n: number, m: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      if (i !== j) a[i * n + j] = sum / a[j * n + j]!;
      else if (sum > 0 && Number.isFinite(sum)) a[i * n + i] = Math.sqrt(sum);
      else return false;
    }
  }
  for (let c = 0; c < m; c++) {
    for (let i = 0; i < n; i++) {
      let sum = b[i * m + c]!;
      for (let k = 0; k < i; k++) sum -= a[i * n + k]! * b[k * m + c]!;
      b[i * m + c] = sum / a[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i * m + c]!;
      for (let k = i + 1; k < n; k++) sum -= a[k * n + i]! * b[k * m + c]!;
      b[i * m + c] = sum / a[i * n + i]!;
    }
  }
  return true;
}

export interface Eigen {
  /** Largest first. */
  readonly values: Float64Array;
  /** Row k is the unit vector of `values[k]`. */
  readonly vectors: Float64Array;
}

const mostSweeps = 40;

/** Eigenvalues and vectors of the symmetric d x d matrix, which is destroyed. */
export function symmetricEigen(a: Float64Array, d: number): Eigen {
  const v = new Float64Array(d * d);
  for (let i = 0; i < d; i++) v[i * d + i] = 1;
  let size = 0;
  for (let i = 0; i < d; i++) size += a[i * d + i]! ** 2;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let off = 0;
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) off += a[p * d + q]! ** 2;
    if (!(off > 1e-18 * size)) break;
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) rotate(a, v, { p, q, d });
  }
  const order = Array.from({ length: d }, (_, i) => i).sort((i, j) => a[j * d + j]! - a[i * d + i]!);
  const values = Float64Array.from(order, (i) => a[i * d + i]!);
  const vectors = new Float64Array(d * d);
  order.forEach((i, k) => {
    for (let j = 0; j < d; j++) vectors[k * d + j] = v[j * d + i]!;
  });
  return { values, vectors };
}

/** One Jacobi rotation: makes a[p][q] zero and turns the basis with it. */
function rotate(a: Float64Array, v: Float64Array, { p, q, d }: { p: number; q: number; d: number }): void {
  const apq = a[p * d + q]!;
  if (Math.abs(apq) < 1e-300) return;
  const theta = (a[q * d + q]! - a[p * d + p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < d; k++) {
    const kp = a[k * d + p]!;
    const kq = a[k * d + q]!;
    a[k * d + p] = c * kp - s * kq;
    a[k * d + q] = s * kp + c * kq;
  }
  for (let k = 0; k < d; k++) {
    const pk = a[p * d + k]!;
    const qk = a[q * d + k]!;
    a[p * d + k] = c * pk - s * qk;
    a[q * d + k] = s * pk + c * qk;
    const vp = v[k * d + p]!;
    const vq = v[k * d + q]!;
    v[k * d + p] = c * vp - s * vq;
    v[k * d + q] = s * vp + c * vq;
  }
}

/** Mean of the k largest parts: a fault shows in some columns, and what moves all of them a little is no fault. */
export function meanOfTop(parts: Float64Array, k: number, scratch: Float64Array): number {
  scratch.set(parts);
  scratch.sort();
  const n = scratch.length;
  let sum = 0;
  for (let i = n - 1; i >= n - k; i--) sum += scratch[i]!;
  return sum / k;
}

/** A quarter of the columns, at most five. */
export function topCount(columns: number): number {
  return Math.max(1, Math.min(5, Math.ceil(columns / 4)));
}

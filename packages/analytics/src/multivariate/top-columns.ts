/** Mean of the k largest parts: a fault shows in some columns, and what moves all of them a little is no fault. */
export function meanOfTop(parts: Float64Array, k: number, scratch: Float64Array): number {
  scratch.fill(Number.NEGATIVE_INFINITY, 0, k);
  for (const part of parts) {
    let at = k - 1;
    if (!(part > scratch[at]!)) continue;
    for (; at > 0 && scratch[at - 1]! < part; at--) scratch[at] = scratch[at - 1]!;
    scratch[at] = part;
  }
  let sum = 0;
  for (let i = 0; i < k; i++) sum += scratch[i]!;
  return sum / k;
}

/** A quarter of the columns, at most five. */
export function topCount(columns: number): number {
  return Math.max(1, Math.min(5, Math.ceil(columns / 4)));
}

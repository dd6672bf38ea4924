/** Index of the first entry >= `bound` (`> bound` with `after`). */
export function lowerBound(times: Float64Array, bound: number, after = false): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < bound || (after && times[middle] === bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}

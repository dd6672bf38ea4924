/**
 * The number of a given rank without sorting: the range that must hold it is parted around a guess (the middle one of first,
 * middle and last) until only it is left. About three looks at each number where sorting takes log2(n) of them; n^2 at
 * worst, for orders that nobody sends by chance, and then sorting takes over. Hoare 1961 (FIND).
 */

/** So many partings that left most of the range are bad luck enough. */
const badLuckMax = 32;

/** Moves numbers (no NaN) of `values[from...]` so that the one of rank `rank` is at its place, none greater before it and none less after. */
export function selectRank(values: Float64Array, from: number, rank: number): void {
  let left = from;
  let right = values.length - 1;
  let badLuck = 0;
  while (left < right) {
    const pivot = middleOf(values[left]!, values[(left + right) >>> 1]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const moved = values[i]!;
      values[i++] = values[j]!;
      values[j--] = moved;
    }
    const size = right - left;
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else return;
    if ((right - left) * 8 <= size * 7 || ++badLuck < badLuckMax) continue;
    values.subarray(left, right + 1).sort();
    return;
  }
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

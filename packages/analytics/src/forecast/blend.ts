/**
 * Weighted trimmed mean of the members' forecasts: the outer `trim` of the weight on each side does not count. Members that
 * were carried away by one odd value are left out, at almost no cost when all agree (trim 0 is the mean, 0.5 the median).
 */
export function trimmedMean(points: Float64Array, weights: Float64Array, count: number, trim: number): number {
  // Few enough that insertion is the quickest sort.
  let total = 0;
  for (let i = 0; i < count; i++) {
    const value = points[i]!;
    const weight = weights[i]!;
    total += weight;
    let k = i - 1;
    for (; k >= 0 && points[k]! > value; k--) {
      points[k + 1] = points[k]!;
      weights[k + 1] = weights[k]!;
    }
    points[k + 1] = value;
    weights[k + 1] = weight;
  }
  const low = trim * total;
  const high = (1 - trim) * total;
  let sum = 0;
  let kept = 0;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const after = before + weights[i]!;
    const share = Math.min(after, high) - Math.max(before, low);
    if (share > 0) {
      sum += share * points[i]!;
      kept += share;
    }
    before = after;
  }
  return kept > 0 ? sum / kept : points[count >> 1]!;
}

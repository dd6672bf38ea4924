/**
 * Local linear regression on evenly spaced values (Cleveland 1979): at each place a straight line through the `window`
 * nearest values with tricube weights, w = (1 - (d / h)^3)^3. Only every `jump`-th place is fitted, the others lie on the
 * straight lines between them, as in the original STL code: the cost is n * window / jump.
 * Bad at: outliers (no robustness weights).
 */
export interface LoessOptions {
  /** Values in a fit, at least 3; more than there are widens the weights, as in STL. */
  readonly window: number;
  readonly jump?: number;
}

/** Smoothed values, one per value, and one place more on each side when `isExtended` (STL's cycle-subseries step needs it). */
export function loess(values: Float64Array, o: LoessOptions, isExtended = false): Float64Array {
  const n = values.length;
  const edge = isExtended ? 1 : 0;
  const out = new Float64Array(n + 2 * edge);
  if (n === 0) return out;
  const jump = Math.max(1, Math.floor(o.jump ?? 1));
  const last = n - 1 + edge;
  let before = -edge;
  out[0] = fitAt(values, before, o.window);
  while (before < last) {
    const place = Math.min(before + jump, last);
    const value = fitAt(values, place, o.window);
    const start = out[before + edge]!;
    for (let t = before + 1; t <= place; t++) {
      out[t + edge] = start + ((value - start) * (t - before)) / (place - before);
    }
    before = place;
  }
  return out;
}

function fitAt(values: Float64Array, place: number, window: number): number {
  const n = values.length;
  const count = Math.min(window, n);
  const from = Math.min(Math.max(0, Math.round(place - (count - 1) / 2)), n - count);
  const to = from + count - 1;
  let reach = Math.max(place - from, to - place);
  if (window > n) reach += (window - n) / 2;
  reach = Math.max(reach, 1) * 1.001;
  let total = 0;
  let sumX = 0;
  let sumXX = 0;
  let sumY = 0;
  let sumXY = 0;
  for (let t = from; t <= to; t++) {
    const x = t - place;
    const share = Math.abs(x) / reach;
    const inner = 1 - share * share * share;
    const weight = inner * inner * inner;
    const y = values[t]!;
    total += weight;
    sumX += weight * x;
    sumXX += weight * x * x;
    sumY += weight * y;
    sumXY += weight * x * y;
  }
  const spread = sumXX - (sumX * sumX) / total;
  const middle = sumY / total;
  if (spread <= 1e-9 * Math.max(sumXX, 1)) return middle;
  return middle - ((sumXY - (sumX * sumY) / total) / spread) * (sumX / total);
}

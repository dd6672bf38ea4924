/** Of what is left of a column when a model has said what it expects: robust against the faults among it. */
const usualShare = 0.9;
/** The 90th percentile of the size of a normal number, in standard deviations. */
const usualSpreads = 1.645;

/** The usual size of what `sizes` (absolute values, none missing) has, at least `least`: its 90th percentile over that of the normal distribution. */
export function usualSize(sizes: readonly number[], least: number): number {
  const sorted = Float64Array.from(sizes).sort();
  return Math.max((sorted[Math.floor(usualShare * sorted.length)] ?? 0) / usualSpreads, least);
}

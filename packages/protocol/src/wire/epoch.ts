/**
 * Epoch nanoseconds, given as the two halves of a `fixed64`, as whole epoch milliseconds (rounded down). Exact, although
 * nanoseconds of today do not fit a double: 2^32 = 4294 * 10^6 + 967296, so only the small rest is divided.
 */
export function epochMs(high: number, low: number): number {
  return high * 4294 + Math.floor((high * 967296 + low) / 1e6);
}

/** The same with its fraction of a millisecond, right to about 0.25 µs (a double holds no more at this size). */
export function epochMsWithFraction(high: number, low: number): number {
  return high * 4294 + (high * 967296 + low) / 1e6;
}

/**
 * Prometheus' stale marker: the NaN with the bits 0x7ff0000000000002, written as the last sample of a series that its
 * source stopped exposing. A query treats the series as gone from that moment on, instead of five minutes later.
 * NaN bits survive in typed arrays and plain variables, not in arithmetic; some processors set the quiet bit on the way,
 * so both spellings are read as the marker.
 */
const words = new Uint32Array([2, 0x7ff00000]);
const scratch = new Float64Array(words.buffer);

/** The value to append when a series has vanished. */
export const staleMarker: number = scratch[0]!;

/** True for the stale marker, false for any other number and for an ordinary NaN. */
export function isStaleMarker(value: number): boolean {
  if (!Number.isNaN(value)) return false;
  scratch[0] = value;
  return words[0] === 2 && (words[1]! & 0x7ff7ffff) === 0x7ff00000;
}

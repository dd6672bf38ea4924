/** How long the last replicas took from order to ready, oldest first, in milliseconds: at most `kept` of them. */
export type StartUps = readonly number[];

const kept = 32;
/** An order that is late half of the time is late. */
const assumedQuantile = 0.8;

/** Takes more of them; what is no time is left out. */
export function addStartUps(startUps: StartUps, more: readonly number[]): StartUps {
  const times = more.filter((took) => Number.isFinite(took) && took >= 0);
  return times.length === 0 ? startUps : [...startUps, ...times].slice(-kept);
}

/** The time below which the share `q` (0..1) of them lies, interpolated; `null` while none was seen. */
export function startUpQuantile(startUps: StartUps, q: number): number | null {
  if (startUps.length === 0) return null;
  const sorted = startUps.toSorted((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  return below + (place % 1) * (sorted[Math.ceil(place)]! - below);
}

/** What an order is assumed to take; `null` while none was seen. */
export function assumedStartUp(startUps: StartUps): number | null {
  return startUpQuantile(startUps, assumedQuantile);
}

// A difference inside the tolerance is left alone. Each recent reversal widens the band by half its width, more for the
// way down, where being late costs money, than for the way up, where it costs requests.
const widestUp = 0.2;
const widestDown = 0.5;

export interface DeadBand {
  readonly up: number;
  readonly down: number;
}

/** `tolerance`: of each direction, as a share of the replicas. */
export function deadBand(tolerance: DeadBand, reversals: number): DeadBand {
  const widened = (of: number): number => of * (1 + 0.5 * reversals);
  return {
    up: Math.min(widened(tolerance.up), Math.max(widestUp, tolerance.up)),
    down: Math.min(widened(tolerance.down), Math.max(widestDown, tolerance.down)),
  };
}

/** A whole number of replicas for a real need: up only past the band, down only where the rest suffices without it. */
export function settleOn(need: number, current: number, band: DeadBand): number {
  // Rounding noise of the arithmetic must not buy a replica.
  const whole = Math.ceil(need - 1e-6);
  if (whole > current) return current === 0 || need > current * (1 + band.up) ? whole : current;
  if (whole < current) return need < current * (1 - band.down) || whole === 0 ? whole : current;
  return current;
}

// Growth that lasts: when two steps in a row rose, the load is expected to go on rising as in the smaller of them, less
// what noise alone may feign, until an order of now serves, for no longer than two minutes; to no more than half again of
// now (a jump that is seen through an averaging window of 30 s looks like a ramp), or twice where it has lasted longer than
// such a window. What has risen for longer than two minutes is expected to rise for as long again, to no more than 45 %
// above now. One step that does not rise ends it, so that a jump is none. Noise is the mean size of the second
// differences: a straight line has none, however steep. The worth of it: what starts now serves what arrives then, and
// a load that goes where it never was is followed as it goes. Bad at: growth hidden in noise, and curves.
const fewestSteps = 2;
const longSteps = 5;
/** So many rates are looked at: ten minutes of them. */
export const seenRates = 61;
const longestS = 120;
const mostGrowth = 1.5;
const mostLasting = 2;
/** No step may be overshot by more than half. */
const mostAsLong = 1.45;
/** Of white noise of one unit the mean second difference is two: rises below three units are not believed. */
const noiseShare = 1.5;
const noiseTauS = 300;

/** Demand to come, in the unit of the rates it was made from. */
export interface Ramp {
  /** In the next two minutes. */
  readonly soon: number;
  /** Until an order of now serves. */
  readonly atLead: number;
}

/**
 * Where growth that lasts leads until `leadS` from now: to the newest rate without such growth. `rates` are means over steps
 * of `stepS` seconds, the newest last; fewer than three show no growth. `noise`: see `followNoise`.
 */
export function rampOf(rates: ArrayLike<number>, o: { leadS: number; stepS: number; noise: number }): Ramp {
  const newest = rates[rates.length - 1] ?? 0;
  let least = Number.POSITIVE_INFINITY;
  let steps = 0;
  for (let i = rates.length - 1; i > 0; i--) {
    const rise = rates[i]! - rates[i - 1]! - noiseShare * o.noise;
    if (!(rise > 0)) break;
    steps++;
    if (steps <= fewestSteps) least = Math.min(least, rise);
  }
  if (steps < fewestSteps) return { soon: newest, atLead: newest };
  // A rate is the mean of its step and known at its end, and an order is given once a step.
  const after = (aheadS: number): number => newest + least * (Math.min(o.leadS, aheadS) / o.stepS + 1);
  const soon = Math.min((steps < longSteps ? mostGrowth : mostLasting) * newest, after(longestS));
  return { soon, atLead: Math.max(soon, Math.min(mostAsLong * newest, after(steps * o.stepS))) };
}

/** The mean size of the second differences over five minutes, with that of the newest three rates taken in. */
export function followNoise(noise: number, rates: ArrayLike<number>, stepS: number): number {
  const last = rates.length - 1;
  if (last < 2) return noise;
  const bend = Math.abs(rates[last]! - 2 * rates[last - 1]! + rates[last - 2]!);
  return noise + (1 - Math.exp(-stepS / noiseTauS)) * (bend - noise);
}

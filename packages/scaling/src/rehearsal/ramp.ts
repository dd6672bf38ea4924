// Growth that lasts: when two steps in a row rose, the load is expected to go on rising as in the smaller of them, less
// what noise alone may feign, until an order of now serves, for no longer than two minutes; to no more than half again of
// now (a jump that is seen through an averaging window of 30 s looks like a ramp), or twice where it has lasted longer than
// such a window. One step that does not rise ends it, so that a jump is none. Noise is the mean size of the second
// differences: a straight line has none, however steep. The worth of it: what starts now serves what arrives then, and
// a load that goes where it never was is followed as it goes. Bad at: growth hidden in noise, and curves.
const fewestSteps = 2;
const longSteps = 5;
/** So many rates are looked at. */
export const seenRates = longSteps + 1;
const longestS = 120;
const mostGrowth = 1.5;
const mostLasting = 2;
/** Of white noise of one unit the mean second difference is two: rises below three units are not believed. */
const noiseShare = 1.5;
const noiseTauS = 300;

/**
 * Demand at `leadS` from now, in the unit of `rates`: the newest rate without such growth. `rates` are means over steps of
 * `stepS` seconds, the newest last; fewer than three show no growth. `noise`: see `followNoise`.
 */
export function rampOf(rates: ArrayLike<number>, o: { leadS: number; stepS: number; noise: number }): number {
  const newest = rates[rates.length - 1] ?? 0;
  let least = Number.POSITIVE_INFINITY;
  let steps = 0;
  for (let i = rates.length - 1; i > 0; i--) {
    const rise = rates[i]! - rates[i - 1]! - noiseShare * o.noise;
    if (!(rise > 0)) break;
    steps++;
    if (steps <= fewestSteps) least = Math.min(least, rise);
  }
  if (steps < fewestSteps) return newest;
  // A rate is the mean of its step and known at its end, and an order is given once a step.
  const grown = newest + least * (Math.min(o.leadS, longestS) / o.stepS + 1);
  return Math.min((steps < longSteps ? mostGrowth : mostLasting) * newest, grown);
}

/** The mean size of the second differences over five minutes, with that of the newest three rates taken in. */
export function followNoise(noise: number, rates: ArrayLike<number>, stepS: number): number {
  const last = rates.length - 1;
  if (last < 2) return noise;
  const bend = Math.abs(rates[last]! - 2 * rates[last - 1]! + rates[last - 2]!);
  return noise + (1 - Math.exp(-stepS / noiseTauS)) * (bend - noise);
}

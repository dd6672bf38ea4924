import { shortNumber } from '@jaegis/std';
import type { SmoothState } from '../scaling-state.ts';

// One-pole filter with a door for real changes (the idea of a CUSUM and of Knative's panic window in one line each):
// small surprises move the mean slowly, so that 20 % of sensor noise orders nothing; a surprise far outside the usual
// (six times the noise, or three times it twice running) is believed at once, so that a surge, or its end, is not smoothed away.
// The slope is filtered more strongly still and forgets at a jump: a step must not kick the derivative.
// What noise of a load leaves in its mean is what replicas are ordered for, so the more there is the longer it is averaged.
// Bad at: a change smaller than three times the noise arrives with a lag of about `meanTau`, longer under noise.
const meanTauMs = 15_000;
/** A share of the mean; the time constant grows with the square of noise beyond it, up to twofold. */
const littleNoise = 0.1;
const mostLonger = 2;
const slopeTauMs = 60_000;
const noiseTauMs = 120_000;
/** Longer than this without a value, the past says nothing of the noise's phase: start anew from the value. */
const forgetAfterMs = 120_000;

/** Takes the next value of a load. Times in epoch milliseconds. */
export function smooth(state: SmoothState | undefined, value: number, now: number): SmoothState {
  if (state === undefined || now - state.at > forgetAfterMs) {
    return { mean: value, noise: 0.1 * value, slope: 0, at: now, surprises: 0 };
  }
  const elapsed = now - state.at;
  if (elapsed <= 0) return state;
  const surprise = value - state.mean;
  const size = Math.abs(surprise);
  // A floor on the noise: a perfectly quiet load must not make a change of a few per cent look like a surge.
  const noise = Math.max(state.noise, 0.03 * state.mean);
  // Signed: two surprises in a row only count when they point the same way.
  const direction = Math.sign(surprise);
  const isSame = Math.sign(state.surprises) === direction;
  const surprises = size > 3 * noise ? (isSame ? state.surprises : 0) + direction : 0;
  if (size > 6 * noise || Math.abs(surprises) >= 2) {
    return { mean: value, noise: Math.max(noise, 0.1 * value), slope: 0, at: now, surprises: 0 };
  }
  const gain = (tauMs: number) => 1 - Math.exp(-elapsed / tauMs);
  const longer = Math.min(mostLonger, Math.max(1, (noise / (littleNoise * Math.max(state.mean, 1e-9))) ** 2));
  const mean = state.mean + gain(longer * meanTauMs) * surprise;
  const rise = (mean - state.mean) / (elapsed / 1_000);
  return {
    mean,
    noise: state.noise + gain(noiseTauMs) * (Math.min(size, 3 * noise) - state.noise),
    slope: state.slope + gain(slopeTauMs) * (rise - state.slope),
    at: now,
    surprises,
  };
}

/** Said where the newest value is a surprise that the mean does not follow yet: the two would seem to contradict each other. */
export function doubt(state: SmoothState | undefined, value: number): string {
  if (state === undefined || state.surprises === 0) return '';
  return ` (${shortNumber(value)}/s in the newest measurement, believed when the next one says so too)`;
}

/** A slope seen over a minute says little of what is further away than two. */
const longestLeadMs = 120_000;

/**
 * How much of the load's growth to expect within `leadMs`, as a share of it: 0..`limit`. Only the part of the slope that
 * stands clear of the noise counts, since a long start-up time would multiply the noise; never negative: giving back
 * early is the stabilization's business.
 */
export function expectedGrowth(state: SmoothState, leadMs: number, limit: number): number {
  const scatter = (2 * Math.max(state.noise, 0.03 * state.mean)) / (slopeTauMs / 1_000);
  const growth = Math.max(0, state.slope - scatter) * (Math.min(leadMs, longestLeadMs) / 1_000);
  return state.mean > 0 ? Math.min(growth / state.mean, limit) : 0;
}

/**
 * What the network (network.ts) sees of one series at one moment, in sizes that mean the same on every series: how the value
 * stands to the last one, to its fading means, to its profile (the day, or the period that was found) and to the week
 * before; where the profile is about to go; the hour, the weekday, the step, and how restless the series is. Everything is
 * divided by the series' own usual change over as many steps, and clipped.
 * Bad at: series without a period, of which it sees the near past only.
 */
import type { MemberContext, SeriesClock } from '../members/member.ts';
import { profileOf } from '../members/profile.ts';

/**
 * Steps ahead that the network answers for; those between are read off straight lines. Beyond 48 it was worse than what it
 * mixes (docs/benchmarks.md).
 */
export const heads: readonly number[] = [1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48];
export const inputCount = 22;

const clip = 5;
/** Fading means over about so many steps. */
const nearSpan = 6;
const farSpan = 48;
const profileRate = 0.3;
/** Heads whose way of the profile is shown, and those whose change up to now is. */
const shown: readonly number[] = [0, 3, 6, 8];
const past: readonly number[] = [0, 1, 2, 4, 6];
const hourMs = 3_600_000;

export interface SeriesView {
  readonly values: Float64Array;
  readonly observed: Uint8Array;
  /** First place with everything known. */
  readonly from: number;
  /** Usual error of the better of persistence and the value one period earlier, at each head. */
  readonly errors: Float64Array;
  /** Writes the inputs of place `t` to `x` from `at` on. */
  write(t: number, x: Float64Array, at: number): void;
  /** The profile `h` steps after `t` (0 is now) as it was known at `t`; without a period the far mean. */
  profile(t: number, h: number): number;
  /** The value `h` steps after `t` one week before; without a week the profile. */
  week(t: number, h: number): number;
}

/** Scales are learned from values up to `learnTo` only. */
export function viewOf(
  context: Pick<MemberContext, 'values' | 'observed' | 'seasons' | 'clock'>,
  learnTo: number,
): SeriesView {
  const { values, observed, seasons } = context;
  const period = seasons.short >= 4 ? seasons.short : 0;
  const long = seasons.long;
  const near = fadingMean(values, nearSpan);
  const far = fadingMean(values, farSpan);
  const restless = fadingMean(
    values.map((value, t) => (t === 0 ? 0 : Math.abs(value - values[t - 1]!))),
    farSpan,
  );
  const known = period > 0 ? profileOf(values, period, profileRate) : far;
  const scales = Float64Array.from(heads, (steps) => usualChange(values, steps, learnTo));
  const usualGap = period > 0 ? usualChange(values, period, learnTo) : Math.max(...scales);
  const errors = scales.map((scale) => Math.min(scale, usualGap));
  const clock = clockOf(context.clock);
  const before = (t: number, h: number, m: number) => t + h - m * Math.max(1, Math.ceil(h / m));
  const profile = (t: number, h: number) => (period > 0 ? known[before(t, h, period)]! : far[t]!);
  const week = (t: number, h: number) => {
    const place = before(t, h, long);
    return long > 0 && place >= 0 ? values[place]! : profile(t, h);
  };
  return {
    values,
    observed,
    from: Math.max(period, 2),
    errors,
    profile,
    week,
    write(t, x, at) {
      const value = values[t]!;
      const now = profile(t, 0);
      let k = at;
      for (const head of past) x[k++] = clipped((value - values[Math.max(0, t - heads[head]!)]!) / scales[head]!);
      x[k++] = clipped((value - near[t]!) / scales[3]!);
      x[k++] = clipped((value - far[t]!) / scales[8]!);
      x[k++] = clipped((value - now) / usualGap);
      x[k++] = clipped((value - week(t, 0)) / usualGap);
      x[k++] = clipped(restless[t]! / scales[0]! - 1);
      for (const head of shown) x[k++] = clipped((profile(t, heads[head]!) - now) / scales[head]!);
      x[k++] = clipped((week(t, 1) - week(t, 0)) / scales[0]!);
      x[k++] = clipped((week(t, 6) - week(t, 0)) / scales[4]!);
      const hour = clock.day(t);
      const weekday = clock.week(t);
      x[k++] = Math.sin(hour);
      x[k++] = Math.cos(hour);
      x[k++] = Math.sin(weekday);
      x[k++] = Math.cos(weekday);
      x[k++] = clock.step;
      x[k] = period > 0 ? 1 : 0;
    },
  };
}

function fadingMean(values: Float64Array, span: number): Float64Array {
  const out = new Float64Array(values.length);
  let mean = values[0] ?? 0;
  for (let t = 0; t < values.length; t++) {
    // At first a plain mean.
    mean += (values[t]! - mean) * Math.max(1 / span, 1 / (t + 1));
    out[t] = mean;
  }
  return out;
}

/** Mean absolute change over `steps`, never zero (values are of size one). */
function usualChange(values: Float64Array, steps: number, to: number): number {
  let sum = 0;
  const apart = Math.min(steps, Math.max(1, to));
  for (let t = apart; t <= to; t++) sum += Math.abs(values[t]! - values[t - apart]!);
  return Math.max(sum / Math.max(1, to - apart + 1), 1e-6);
}

/** Angles of the hour and the weekday (UTC), and the size of a step; without a clock as if it began at midnight. */
function clockOf(clock: SeriesClock | undefined) {
  const { start, stepMs } = clock ?? { start: 0, stepMs: hourMs };
  const turn = (t: number, ms: number) => (2 * Math.PI * ((start + t * stepMs) % ms)) / ms;
  return {
    day: (t: number) => turn(t, 24 * hourMs),
    week: (t: number) => turn(t, 168 * hourMs),
    step: Math.log10(stepMs / hourMs) / 2,
  };
}

function clipped(value: number): number {
  return Math.min(Math.max(value, -clip), clip);
}

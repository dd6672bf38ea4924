/**
 * Autoregression on what is left after an anchor is taken out:
 *   w[t] = v[t] - anchor[t],   w[t] = sum of b[k] * w[t - lag[k]] + noise,
 * the anchor being the value one season before (seasonal AR), an exponential profile known one season before, or nothing.
 * Coefficients by ridge regression on all rows up to the origin (normal-equations.ts): shrunk to zero it is the seasonal
 * naive or the profile itself. In logarithms the same, for series whose swings grow with their level.
 * Forecasts are made one step after the other, each kept inside what w has ever been.
 * Bad at: outliers in the lags (clipped at `clip` robust deviations), and seasons shorter than four steps.
 */

import type { Member, MemberContext } from './member.ts';
import { NormalEquations } from './normal-equations.ts';
import { profileOf } from './profile.ts';

export interface ArOptions {
  readonly name: string;
  /** 0 is no anchor: autoregression around the long mean. */
  readonly season: number;
  /** Weight of the newest period in the profile that anchors; left out: the value one season before anchors. */
  readonly profileRate?: number;
  readonly lags: readonly number[];
  readonly ridge: number;
  /** Logarithms of value + offset; the values must not be negative. */
  readonly logOffset?: number;
}

export function autoregression(context: MemberContext, options: ArOptions): Member {
  const { season, lags, ridge, logOffset } = options;
  const own = logOffset === undefined ? context.values : context.values.map((value) => Math.log(value + logOffset));
  const length = own.length;
  const longest = Math.max(...lags);
  const first = season + longest;
  const anchor = anchorOf(own, options);
  const rest = own.map((value, t) => (t < season ? 0 : value - anchor.before(t)));
  const { low, high } = limitsOf(rest, season);
  const coefficients = fit(context, { rest, first, lags, ridge });
  const buffer = new Float64Array(longest);
  const top = maxOf(own) + 1;
  return {
    name: options.name,
    from: first + 2 * lags.length + 20,
    predict(origin, out) {
      const b = coefficients.get(origin);
      const count = out.length;
      if (b === undefined || origin >= length) {
        out.fill(context.values[Math.min(origin, length - 1)]!);
        return;
      }
      // A ring of the newest `longest` values of w.
      for (let k = 0; k < longest; k++) buffer[k] = rest[origin - longest + 1 + k]!;
      let head = 0;
      for (let h = 0; h < count; h++) {
        let sum = 0;
        for (let k = 0; k < lags.length; k++) {
          let place = head - lags[k]!;
          if (place < 0) place += longest;
          sum += b[k]! * buffer[place]!;
        }
        sum = Math.min(Math.max(sum, low), high);
        buffer[head] = sum;
        head = head + 1 === longest ? 0 : head + 1;
        out[h] = sum + anchor.after(origin, h, out);
      }
      if (logOffset !== undefined) {
        for (let h = 0; h < count; h++) out[h] = Math.exp(Math.min(out[h]!, top)) - logOffset;
      }
    },
  };
}

interface Anchor {
  before(t: number): number;
  /** For step `h` (0-based) after `origin`; `made` holds what was forecast for the steps before. */
  after(origin: number, h: number, made: Float64Array): number;
}

function anchorOf(own: Float64Array, { season, profileRate }: ArOptions): Anchor {
  if (season === 0) {
    const mean = new Float64Array(own.length);
    for (let t = 0; t < own.length; t++)
      mean[t] = t === 0 ? own[0]! : mean[t - 1]! + (own[t]! - mean[t - 1]!) / (t + 1);
    // The mean moves little: the newest origin's would leak a little of the future into the fit, so each row has its own.
    return { before: (t) => mean[Math.max(0, t - 1)]!, after: (origin) => mean[origin]! };
  }
  if (profileRate === undefined) {
    return {
      before: (t) => own[t - season]!,
      after: (origin, h, made) => (h < season ? own[origin + 1 + h - season]! : made[h - season]!),
    };
  }
  const profile = profileOf(own, season, profileRate);
  return {
    before: (t) => profile[t - season]!,
    after: (origin, h) => profile[origin - season + 1 + (h % season)]!,
  };
}

function fit(
  { values, observed, origins }: MemberContext,
  o: { rest: Float64Array; first: number; lags: readonly number[]; ridge: number },
): Map<number, Float64Array> {
  const { rest, first, lags, ridge } = o;
  const equations = new NormalEquations(lags.length);
  const row = new Float64Array(lags.length);
  const found = new Map<number, Float64Array>();
  let newest: Float64Array | undefined;
  let next = 0;
  while (next < origins.length && origins[next]! < first) next++;
  for (let t = first; t < values.length && next < origins.length; t++) {
    if (observed[t] === 1) {
      for (let k = 0; k < lags.length; k++) row[k] = rest[t - lags[k]!]!;
      equations.add(row, rest[t]!);
    }
    if (origins[next] === t) {
      // Neighbouring origins would give nearly the same: every other one, counted from the newest, is solved for.
      const isDue = (origins.length - 1 - next) % 2 === 0 || newest === undefined;
      if (isDue && equations.rows > lags.length + 10) newest = equations.solve(ridge);
      if (newest !== undefined) found.set(t, newest);
      next++;
    }
  }
  return found;
}

function limitsOf(rest: Float64Array, from: number): { low: number; high: number } {
  let low = 0;
  let high = 0;
  for (let t = from; t < rest.length; t++) {
    if (rest[t]! < low) low = rest[t]!;
    if (rest[t]! > high) high = rest[t]!;
  }
  return { low, high };
}

function maxOf(values: Float64Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > max) max = value;
  return max;
}

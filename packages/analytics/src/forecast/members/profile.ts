/**
 * Seasonal profiles: what is usual at each phase (hour of the day, hour of the week), an exponential mean over the periods
 * so far with weight `rate` on the newest, at first a plain mean.
 *   moved   the profile times (or plus) how the last `span` steps stood to what was usual for them
 *   fading  the profile plus the newest deviation, which halves every quarter period
 *   middle  the median of the last five periods at the same phase: for series of spikes
 * Bad at: a season whose shape changes at once (a holiday, a new release).
 */
import type { Member } from './member.ts';

/** The profile as it was known right after each step. */
export function profileOf(values: Float64Array, period: number, rate: number): Float64Array {
  const profile = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (i < period) profile[i] = values[i]!;
    else {
      const known = profile[i - period]!;
      profile[i] = known + Math.max(rate, 1 / (Math.floor(i / period) + 1)) * (values[i]! - known);
    }
  }
  return profile;
}

export interface ProfileOptions {
  readonly name: string;
  readonly period: number;
  readonly profile: Float64Array;
}

export function movedProfile(
  values: Float64Array,
  { name, period, profile, span }: ProfileOptions & { span: number },
): Member {
  return {
    name,
    from: period + span - 1,
    predict(origin, out) {
      let seen = 0;
      let usual = 0;
      for (let k = 0; k < span; k++) {
        seen += values[origin - k]!;
        usual += profile[origin - k - period]!;
      }
      // As a ratio where that is safe, else as a difference.
      const ratio = seen > 0 && usual > 0 ? Math.min(Math.max(seen / usual, 0.5), 2) : 0;
      const shift = ratio === 0 ? (seen - usual) / span : 0;
      for (let h = 0; h < out.length; h++) {
        const base = profile[origin - period + 1 + (h % period)]!;
        out[h] = ratio === 0 ? base + shift : base * ratio;
      }
    },
  };
}

export function fadingProfile(values: Float64Array, { name, period, profile }: ProfileOptions): Member {
  const keep = 0.5 ** (4 / period);
  return {
    name,
    from: period,
    predict(origin, out) {
      let deviation = values[origin]! - profile[origin - period]!;
      for (let h = 0; h < out.length; h++) {
        deviation *= keep;
        out[h] = profile[origin - period + 1 + (h % period)]! + deviation;
      }
    },
  };
}

export function middleProfile(values: Float64Array, { name, period }: { name: string; period: number }): Member {
  return {
    name,
    from: 3 * period - 1,
    predict(origin, out) {
      const same = new Float64Array(Math.min(5, Math.floor((origin + 1) / period)));
      for (let h = 0; h < out.length; h++) {
        if (h >= period) {
          out[h] = out[h - period]!;
          continue;
        }
        for (let k = 0; k < same.length; k++) {
          const value = values[origin + 1 + h - (k + 1) * period]!;
          // Five at most: insertion is far quicker than a call of sort.
          let place = k;
          for (; place > 0 && same[place - 1]! > value; place--) same[place] = same[place - 1]!;
          same[place] = value;
        }
        out[h] = same[same.length >> 1]!;
      }
    },
  };
}

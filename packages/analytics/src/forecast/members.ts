/**
 * The members of the default forecaster. Each is fitted once over the whole history, keeping its state at every step, and
 * can then say from any origin what it would have forecast there: that makes rolling validation cheap and honest
 * (a forecast from origin `o` uses values up to and including `o` only; smoothing constants are fixed, not fitted).
 *   persistence       the last value
 *   recent-mean       exponential smoothing, half life about 6 steps (Brown)
 *   damped-trend      Holt's linear method with damping 0.92 (Gardner, McKenzie 1985)
 *   long-mean         the mean of all so far: for series that always come back
 *   seasonal-naive    the value one period earlier
 *   seasonal-profile  mean of up to four earlier periods at the same phase, moved to the present level
 *   seasonal-blend    half profile unmoved, half persistence of the deviation, fading over a quarter period
 */
export interface Member {
  readonly name: string;
  /** First origin from which it can forecast. */
  readonly from: number;
  /** Writes the forecasts for 1..out.length steps after `origin` to `out`. */
  predict(origin: number, out: Float64Array): void;
}

export function createMembers(values: Float64Array, period: number): Member[] {
  const members = [persistence(values), recentMean(values), dampedTrend(values), longMean(values)];
  if (period >= 2 && values.length > period) {
    const profile = seasonalProfile(values, period);
    members.push(seasonalNaive(values, period), movedProfile(values, { period, profile }));
    members.push(fadingProfile(values, { period, profile }));
  }
  return members;
}

function persistence(values: Float64Array): Member {
  return { name: 'persistence', from: 0, predict: (origin, out) => void out.fill(values[origin]!) };
}

function recentMean(values: Float64Array): Member {
  const level = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const before = i === 0 ? values[0]! : level[i - 1]!;
    level[i] = before + Math.max(0.11, 1 / (i + 1)) * (values[i]! - before);
  }
  return { name: 'recent-mean', from: 2, predict: (origin, out) => void out.fill(level[origin]!) };
}

function longMean(values: Float64Array): Member {
  const mean = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    mean[i] = i === 0 ? values[0]! : mean[i - 1]! + (values[i]! - mean[i - 1]!) / (i + 1);
  }
  return { name: 'long-mean', from: 10, predict: (origin, out) => void out.fill(mean[origin]!) };
}

function dampedTrend(values: Float64Array): Member {
  const damping = 0.92;
  const levels = new Float64Array(values.length);
  const slopes = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (i === 0) {
      levels[0] = values[0]!;
      continue;
    }
    const expected = levels[i - 1]! + damping * slopes[i - 1]!;
    levels[i] = expected + 0.4 * (values[i]! - expected);
    slopes[i] = damping * slopes[i - 1]! + 0.1 * (values[i]! - expected);
  }
  return {
    name: 'damped-trend',
    from: 5,
    predict(origin, out) {
      let level = levels[origin]!;
      let slope = slopes[origin]!;
      for (let h = 0; h < out.length; h++) {
        slope *= damping;
        level += slope;
        out[h] = level;
      }
    },
  };
}

function seasonalNaive(values: Float64Array, period: number): Member {
  return {
    name: 'seasonal-naive',
    from: period - 1,
    predict(origin, out) {
      for (let h = 0; h < out.length; h++) out[h] = values[origin - period + 1 + (h % period)]!;
    },
  };
}

/** Mean at each step of the same phase over up to four periods up to and including that step. */
function seasonalProfile(values: Float64Array, period: number): Float64Array {
  const profile = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const count = Math.min(4, Math.floor(i / period) + 1);
    let sum = 0;
    for (let k = 0; k < count; k++) sum += values[i - k * period]!;
    profile[i] = sum / count;
  }
  return profile;
}

interface Seasonal {
  readonly period: number;
  readonly profile: Float64Array;
}

function movedProfile(values: Float64Array, { period, profile }: Seasonal): Member {
  return {
    name: 'seasonal-profile',
    from: period - 1,
    predict(origin, out) {
      // The level of the last quarter period against the profile's; as a ratio where that is safe, else as a difference.
      const span = Math.max(1, Math.min(Math.round(period / 4), origin - period + 1));
      let seen = 0;
      let usual = 0;
      for (let k = 0; k < span; k++) {
        seen += values[origin - k]!;
        usual += origin - k - period >= 0 ? profile[origin - k - period]! : profile[origin - k]!;
      }
      const ratio = seen > 0 && usual > 0 ? Math.min(Math.max(seen / usual, 0.5), 2) : 0;
      const shift = ratio === 0 ? (seen - usual) / span : 0;
      for (let h = 0; h < out.length; h++) {
        const base = profile[origin - period + 1 + (h % period)]!;
        out[h] = ratio === 0 ? base + shift : base * ratio;
      }
    },
  };
}

function fadingProfile(values: Float64Array, { period, profile }: Seasonal): Member {
  const keep = 0.5 ** (4 / period);
  return {
    name: 'seasonal-blend',
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

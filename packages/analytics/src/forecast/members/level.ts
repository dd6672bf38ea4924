/**
 * Members that know a level and perhaps a slope, no season. Smoothing constants are fixed, not fitted.
 *   recent-mean    exponential smoothing, half life about 6 steps (Brown)
 *   recent-median  the middle of the last 25 values: for series of spikes on a quiet ground
 *   long-median    the middle of the last 2,000: for series that always come back
 *   long-mean      the mean of all so far
 *   damped-trend   Holt's linear method with damping 0.92 (Gardner, McKenzie 1985)
 */
import { quantileOf } from '../prepare.ts';
import type { Member } from './member.ts';

export function recentMean(values: Float64Array): Member {
  const level = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const before = i === 0 ? values[0]! : level[i - 1]!;
    level[i] = before + Math.max(0.11, 1 / (i + 1)) * (values[i]! - before);
  }
  return { name: 'recent-mean', from: 2, predict: (origin, out) => void out.fill(level[origin]!) };
}

export function longMean(values: Float64Array): Member {
  const mean = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    mean[i] = i === 0 ? values[0]! : mean[i - 1]! + (values[i]! - mean[i - 1]!) / (i + 1);
  }
  return { name: 'long-mean', from: 10, predict: (origin, out) => void out.fill(mean[origin]!) };
}

export function middleOf(values: Float64Array, window: number, name: string): Member {
  return {
    name,
    from: Math.min(window, 10),
    predict(origin, out) {
      const length = Math.min(window, origin + 1);
      // The middle of 200 evenly taken values is close enough, and much quicker to sort.
      const stride = Math.ceil(length / 200);
      const taken = new Float64Array(Math.ceil(length / stride));
      for (let k = 0; k < taken.length; k++) taken[k] = values[origin - k * stride]!;
      out.fill(quantileOf(taken.sort(), 0.5));
    },
  };
}

export function dampedTrend(values: Float64Array): Member {
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

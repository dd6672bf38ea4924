/**
 * sum, avg, stddev and stdvar of a window, with compensated sums: the mean from the sum until that overflows, from then on
 * step by step; the variance by Welford's recurrence.
 */
import { mixedExponentialCustom, mixedFloatsHistograms } from '../evaluate/annotations.ts';
import { addHistograms, averageHistograms } from '../histogram/arithmetic.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { type KahanSum, kahanAdd } from './kahan.ts';
import { eachWindow, type MixedWindow, type WindowEnvironment, type WindowFunction } from './window-function.ts';

function overHistograms(combine: typeof averageHistograms) {
  return ({ floats, histograms }: MixedWindow, env: WindowEnvironment): FloatHistogram | undefined => {
    const { annotations, place, metricName } = env;
    if (floats.length > 0) {
      annotations.warn(mixedFloatsHistograms(metricName), place);
      return undefined;
    }
    const result = combine(histograms);
    if (result === undefined) {
      annotations.warn(mixedExponentialCustom(metricName), place);
      return undefined;
    }
    if (result.resetsCollide) annotations.warn('conflicting counter resets during histogram aggregation', place);
    if (result.boundsChanged) annotations.info('mismatched custom buckets were reconciled during aggregation', place);
    return result.histogram;
  };
}

export const sumOverTime: WindowFunction = {
  mixed: overHistograms((histograms) => addHistograms(histograms)),
  floats: eachWindow(({ values }, from, to) => {
    // Written out: this is the hot loop of long windows.
    let sum = 0;
    let rest = 0;
    for (let i = from; i < to; i++) {
      const value = values[i]!;
      const total = sum + value;
      if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) rest = 0;
      else if (Math.abs(sum) >= Math.abs(value)) rest += sum - total + value;
      else rest += value - total + sum;
      sum = total;
    }
    return Math.abs(sum) === Number.POSITIVE_INFINITY ? sum : sum + rest;
  }),
};

export const avgOverTime: WindowFunction = {
  mixed: overHistograms(averageHistograms),
  floats: eachWindow(({ values }, from, to) => {
    let sum = values[from]!;
    let rest = 0;
    for (let i = from + 1; i < to; i++) {
      const value = values[i]!;
      const total = sum + value;
      if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY)
        return incrementalMean(values, { from, at: i, to }, { sum, rest });
      if (Math.abs(sum) >= Math.abs(value)) rest += sum - total + value;
      else rest += value - total + sum;
      sum = total;
    }
    const count = to - from;
    return sum / count + rest / count;
  }),
};

/** Goes on from the sum of the samples before `at`. */
function incrementalMean(
  values: Float64Array,
  window: { from: number; at: number; to: number },
  before: KahanSum,
): number {
  let count = window.at - window.from;
  const mean: KahanSum = { sum: before.sum / count, rest: before.rest / count };
  for (let i = window.at; i < window.to; i++) {
    count++;
    const weight = (count - 1) / count;
    mean.sum *= weight;
    mean.rest *= weight;
    kahanAdd(mean, values[i]! / count);
  }
  return mean.sum + mean.rest;
}

function variance(values: Float64Array, from: number, to: number): number {
  const mean: KahanSum = { sum: 0, rest: 0 };
  const squares: KahanSum = { sum: 0, rest: 0 };
  let count = 0;
  for (let i = from; i < to; i++) {
    count++;
    const difference = values[i]! - (mean.sum + mean.rest);
    kahanAdd(mean, difference / count);
    kahanAdd(squares, difference * (values[i]! - (mean.sum + mean.rest)));
  }
  return (squares.sum + squares.rest) / count;
}

export const stdvarOverTime: WindowFunction = {
  floats: eachWindow(({ values }, from, to) => variance(values, from, to)),
};
export const stddevOverTime: WindowFunction = {
  floats: eachWindow(({ values }, from, to) => Math.sqrt(variance(values, from, to))),
};

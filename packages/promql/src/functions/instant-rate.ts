/** irate and idelta: the difference of the last two samples of a window, a counter's reset made up for. */
import { mixedExponentialCustom, mixedFloatsHistograms } from '../evaluate/annotations.ts';
import { divideHistogram, subtractHistograms } from '../histogram/arithmetic.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { isReset } from '../histogram/reset-hints.ts';
import { beganAnew } from './start-times.ts';
import type { MixedWindow, WindowEnvironment, WindowFunction } from './window-function.ts';

export const irate = instantFunction(true);
export const idelta = instantFunction(false);

function instantFunction(isRate: boolean): WindowFunction {
  return {
    floats: ({ times, values, startTimes, from, to }, _env, out) => {
      for (let step = 0; step < from.length; step++) {
        const last = to[step]! - 1;
        if (last - 1 < from[step]!) continue;
        const before = values[last - 1]!;
        const now = values[last]!;
        const seconds = (times[last]! - times[last - 1]!) / 1_000;
        if (seconds === 0) continue;
        const restarted = now < before || (startTimes !== undefined && beganAnew({ times, startTimes }, last));
        const difference = isRate && restarted ? now : now - before;
        out.values[step] = isRate ? difference / seconds : difference;
        out.present[step] = 1;
      }
    },
    mixed: (window, env) => histogramInstant(window, env, isRate),
  };
}

interface TimedSample {
  readonly at: number;
  readonly value: number | FloatHistogram;
}

/** The samples of a window in the order of time, numbers and histograms alike. */
export function inOrder(window: MixedWindow): TimedSample[] {
  const { floatTimes, floats, histogramTimes, histograms } = window;
  const all: TimedSample[] = [...histograms.entries()].map(([i, value]) => ({ at: histogramTimes[i]!, value }));
  for (const [i, value] of floats.entries()) all.push({ at: floatTimes[i]!, value });
  return all.sort((a, b) => a.at - b.at);
}

function histogramInstant(window: MixedWindow, env: WindowEnvironment, isRate: boolean) {
  const { annotations, place, metricName } = env;
  const [before, now] = inOrder(window).slice(-2);
  if (before === undefined || now === undefined || now.at === before.at) return undefined;
  const seconds = (now.at - before.at) / 1_000;
  if (typeof before.value === 'number' && typeof now.value === 'number') {
    if (!isRate) return now.value - before.value;
    return (now.value < before.value ? now.value : now.value - before.value) / seconds;
  }
  if (typeof before.value === 'number' || typeof now.value === 'number') {
    annotations.warn(mixedFloatsHistograms(metricName), place);
    return undefined;
  }
  const hints = [before.value.resetHint, now.value.resetHint];
  const name = JSON.stringify(metricName);
  if (isRate && hints.includes('gauge'))
    annotations.warn(`this native histogram metric is not a counter: ${name}`, place);
  if (!isRate && hints.some((hint) => hint !== 'gauge'))
    annotations.warn(`this native histogram metric is not a gauge: ${name}`, place);
  let result = now.value;
  if (!isRate || !isReset(now.value, before.value)) {
    const difference = subtractHistograms(now.value, before.value);
    if (difference === undefined) {
      annotations.warn(mixedExponentialCustom(metricName), place);
      return undefined;
    }
    if (difference.boundsChanged)
      annotations.info('mismatched custom buckets were reconciled during subtraction', place);
    result = difference.histogram;
  }
  const gauge: FloatHistogram = { ...result, resetHint: 'gauge' };
  return isRate ? divideHistogram(gauge, seconds) : gauge;
}

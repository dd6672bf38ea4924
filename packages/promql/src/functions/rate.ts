/**
 * rate, increase and delta: the difference of the last and the first sample of a window, made up for resets of the counter,
 * and extrapolated to the ends of the window where samples come near them (within 1.1 of their mean distance), otherwise
 * by half that distance; a counter is not extrapolated to below zero. Resets of a series are found once; each window only
 * looks at those inside of it. Bad at: two samples, where the mean distance is a guess.
 * Source: Prometheus' extrapolatedRate.
 */
import { mixedExponentialCustom, mixedFloatsHistograms } from '../evaluate/annotations.ts';
import { addHistograms, multiplyHistogram, subtractHistograms } from '../histogram/arithmetic.ts';
import { type FloatHistogram, noBuckets, usesCustomBuckets } from '../histogram/float-histogram.ts';
import { isReset } from '../histogram/reset-hints.ts';
import { toSchema } from '../histogram/resolution.ts';
import { ratesFromStarts } from './start-times.ts';
import type { ColumnOutput, FloatWindows, MixedWindow, WindowEnvironment, WindowFunction } from './window-function.ts';

interface RateOptions {
  readonly isCounter: boolean;
  readonly perSecond: boolean;
}

export const rate = rateFunction({ isCounter: true, perSecond: true });
export const increase = rateFunction({ isCounter: true, perSecond: false });
export const delta = rateFunction({ isCounter: false, perSecond: false });

function rateFunction(options: RateOptions): WindowFunction {
  const begin = (): WindowFunction['floats'] => {
    const shape = new WindowShape();
    return (windows, env, out) => {
      const { startTimes } = windows;
      if (!options.isCounter || startTimes === undefined) return rates(windows, env, { out, shape, options });
      return ratesFromStarts({ ...windows, startTimes }, env, out, options.perSecond ? 1_000 / env.rangeMs : 1);
    };
  };
  return {
    floats: (windows, env, out) => begin()(windows, env, out),
    begin,
    mixed: (window, env) => histogramRate(window, env, options),
  };
}

/** The hot loop of most dashboards: what depends on times only is there already. */
function rates(
  { times, values, course, from, to }: FloatWindows,
  env: WindowEnvironment,
  of: { out: ColumnOutput; shape: WindowShape; options: RateOptions },
): void {
  const { out, shape, options } = of;
  const { isCounter, perSecond } = options;
  const scale = perSecond ? 1_000 / env.rangeMs : 1;
  const resets = isCounter && course !== 'rising' ? findResets(values) : noResets;
  shape.fit({ times, from, to }, env);
  const { sampled, toStart, factors, nearZero } = shape;
  const { values: results, present } = out;
  const count = from.length;
  const resetCount = resets.length;
  let nextReset = 0;
  for (let step = 0; step < count; step++) {
    const first = from[step]!;
    const last = to[step]! - 1;
    if (last <= first) continue;
    const start = values[first]!;
    let difference = values[last]! - start;
    if (nextReset < resetCount) {
      while (nextReset < resetCount && resets[nextReset]! <= first) nextReset++;
      for (let i = nextReset; i < resetCount && resets[i]! <= last; i++) difference += values[resets[i]! - 1]!;
    }
    let factor = factors[step]!;
    // A counter that starts at a known value cannot have been below zero. Most start far above: no division is needed.
    if (isCounter && start >= 0 && start <= nearZero[step]! * difference && difference > 0) {
      const toZero = sampled[step]! * (start / difference);
      if (toZero < toStart[step]!) factor = (sampled[step]! + toZero + shape.toEnd[step]!) / sampled[step]!;
    }
    results[step] = difference * factor * scale;
    present[step] = 1;
  }
}

/** How far each window is extrapolated, in milliseconds: the same for all series whose samples have the same times. */
class WindowShape {
  #times: Float64Array | undefined;
  #to: Int32Array | undefined;
  sampled = new Float64Array(0);
  toStart = new Float64Array(0);
  toEnd = new Float64Array(0);
  /** Only what starts below so many times its own increase can have been at zero within `toStart`; a little more, for rounding. */
  nearZero = new Float64Array(0);
  /** How much longer than from the first to the last sample the window is taken to be. */
  factors = new Float64Array(0);

  fit({ times, from, to }: Pick<FloatWindows, 'times' | 'from' | 'to'>, env: WindowEnvironment): void {
    if (times === this.#times && to === this.#to) return;
    this.#times = times;
    this.#to = to;
    const count = from.length;
    if (this.factors.length !== count) {
      this.sampled = new Float64Array(count);
      this.toStart = new Float64Array(count);
      this.toEnd = new Float64Array(count);
      this.nearZero = new Float64Array(count);
      this.factors = new Float64Array(count);
    }
    const advance = count === 1 ? 0 : env.reference.at(1) - env.reference.at(0);
    let end = env.reference.at(0);
    for (let step = 0; step < count; step++, end += advance) {
      const first = from[step]!;
      const last = to[step]! - 1;
      if (last <= first) continue;
      const sampled = times[last]! - times[first]!;
      const mean = sampled / (last - first);
      let toStart = times[first]! - (end - env.rangeMs);
      let toEnd = end - times[last]!;
      if (toStart >= mean * 1.1) toStart = mean / 2;
      if (toEnd >= mean * 1.1) toEnd = mean / 2;
      this.sampled[step] = sampled;
      this.toStart[step] = toStart;
      this.toEnd[step] = toEnd;
      this.nearZero[step] = (toStart / sampled) * 1.000_001;
      this.factors[step] = (sampled + toStart + toEnd) / sampled;
    }
  }
}

const noResets: readonly number[] = [];

/** Where a value is lower than the one before it. */
function findResets(values: Float64Array): number[] {
  const found: number[] = [];
  for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) found.push(i);
  return found;
}

/** How much longer than from the first to the last sample the window is taken to be. */
function extrapolation(
  span: { firstMs: number; lastMs: number; samples: number },
  env: WindowEnvironment,
  options: { step: number; toZero: number | undefined },
): number {
  const end = env.reference.at(options.step);
  const sampled = (span.lastMs - span.firstMs) / 1_000;
  const mean = sampled / (span.samples - 1);
  const threshold = mean * 1.1;
  let toStart = (span.firstMs - (end - env.rangeMs)) / 1_000;
  let toEnd = (end - span.lastMs) / 1_000;
  if (toStart >= threshold) toStart = mean / 2;
  if (options.toZero !== undefined) toStart = Math.min(toStart, sampled * options.toZero);
  if (toEnd >= threshold) toEnd = mean / 2;
  return (sampled + toStart + toEnd) / sampled;
}

function histogramRate(window: MixedWindow, env: WindowEnvironment, options: RateOptions): FloatHistogram | undefined {
  const { histograms, histogramTimes, floats, step } = window;
  if (floats.length > 0) {
    env.annotations.warn(mixedFloatsHistograms(env.metricName), env.place);
    return undefined;
  }
  if (histograms.length < 2) return undefined;
  const difference = histogramDifference(histograms, env, options.isCounter);
  if (difference === undefined) return undefined;
  const span = { firstMs: histogramTimes[0]!, lastMs: histogramTimes.at(-1)!, samples: histograms.length };
  const start = histograms[0]!.count;
  const limited = options.isCounter && difference.count > 0 && start >= 0;
  const factor = extrapolation(span, env, { step, toZero: limited ? start / difference.count : undefined });
  const perSecond = options.perSecond ? env.rangeMs / 1_000 : 1;
  return { ...multiplyHistogram(difference, factor / perSecond), resetHint: 'gauge' };
}

function histogramDifference(
  histograms: readonly FloatHistogram[],
  env: WindowEnvironment,
  isCounter: boolean,
): FloatHistogram | undefined {
  const { annotations, place, metricName } = env;
  const last = histograms.at(-1)!;
  let first = histograms[0]!;
  const isGauge = (each: FloatHistogram) => each.resetHint === 'gauge';
  if (isCounter && histograms.some(isGauge))
    annotations.warn(`this native histogram metric is not a counter: ${JSON.stringify(metricName)}`, place);
  // A reset right after the first sample makes it as good as empty, whatever its layout.
  if (isCounter && isReset(histograms[1]!, first)) first = emptyLike(histograms[1]!);
  const custom = usesCustomBuckets(first);
  const looked = isCounter ? histograms.slice(1) : [last];
  if (looked.some((each) => usesCustomBuckets(each) !== custom)) {
    annotations.warn(mixedExponentialCustom(metricName), place);
    return undefined;
  }
  const schema = Math.min(first.schema, ...looked.map((each) => each.schema));
  let result = toSchema(last, schema);
  const combine = (other: FloatHistogram, sign: 1 | -1): void => {
    const { histogram, boundsChanged } =
      sign === 1 ? addHistograms([result, other])! : subtractHistograms(result, other)!;
    result = histogram;
    const what = sign === 1 ? 'addition' : 'subtraction';
    if (boundsChanged) annotations.info(`mismatched custom buckets were reconciled during ${what}`, place);
  };
  combine(first, -1);
  if (isCounter) {
    let previous = first;
    for (const current of histograms.slice(1)) {
      if (isReset(current, previous)) combine(previous, 1);
      previous = current;
    }
  } else if (!isGauge(histograms[0]!) || !isGauge(last)) {
    annotations.warn(`this native histogram metric is not a gauge: ${JSON.stringify(metricName)}`, place);
  }
  return result;
}

function emptyLike(histogram: FloatHistogram): FloatHistogram {
  const nothing = { count: 0, sum: 0, zeroCount: 0, zeroThreshold: 0, positive: noBuckets, negative: noBuckets };
  return { ...histogram, ...nothing, resetHint: 'unknown' };
}

const counterSuffixes = ['_total', '_sum', '_count', '_bucket'];

/** A name that no counter should have; `undefined` when it may be one. Looked at once for a series. */
export function notACounter(labels: Readonly<Record<string, string>>): string | undefined {
  const name = labels['__name__'] ?? '';
  const type = labels['__type__'];
  if (type !== undefined && type !== 'counter' && type !== 'histogram') {
    return `metric might not be a counter, __type__ label is not set to "counter" or "histogram", got ${JSON.stringify(type)}: ${JSON.stringify(name)}`;
  }
  if (type !== undefined || name === '' || counterSuffixes.some((suffix) => name.endsWith(suffix))) return undefined;
  return `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`;
}

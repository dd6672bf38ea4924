/**
 * What a function of PromQL gets to see of a rollup: samples on which it comes to what it would have come to on the raw
 * ones (whole buckets taken), without knowing that there were others.
 *   min_over_time, max_over_time, sum_over_time   the field, one sample a bucket
 *   avg_over_time                                 sum / count (exact where buckets have the same count)
 *   count_over_time, present_over_time            as many samples as there were, spread over the bucket
 *   rate, increase                                the last value, and more where the counter restarted in a bucket
 *   all others                                    the last value: an honest, thinner sample of the raw values, which is
 *                                                 what quantiles and deviations want (means would narrow them)
 * A selector without a window looks back five minutes only: for it the last value of a wide bucket is held until the next.
 */
import type { Rollup, RollupField } from './rollup.ts';

interface Samples {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

export interface RollupQuestion {
  /** The function around the selector; empty for none. */
  readonly func: string;
  /** True for a selector with a window, `m[1h]`. */
  readonly isWindow: boolean;
  readonly widthMs: number;
}

/** Less than the lookback of five minutes. */
const holdEveryMs = 4 * 60_000;

/** The fields that the answer is made of. */
export function fieldsFor({ func, isWindow }: RollupQuestion): readonly RollupField[] {
  return (isWindow ? fieldsOf.get(func) : undefined) ?? lastsOnly;
}

const lastsOnly: readonly RollupField[] = ['lasts'];
export const fieldsOfCounters: readonly RollupField[] = ['counts', 'firsts', 'lasts', 'increases'];
const fieldsOf: ReadonlyMap<string, readonly RollupField[]> = new Map([
  ['min_over_time', ['mins']],
  ['max_over_time', ['maxs']],
  ['sum_over_time', ['sums']],
  ['avg_over_time', ['sums', 'counts']],
  ['count_over_time', ['counts', 'lasts']],
  ['present_over_time', ['counts', 'lasts']],
  ['rate', fieldsOfCounters],
  ['increase', fieldsOfCounters],
]);

/** The field whose entries are the answer as they stand, where there is one. */
export function plainField(question: RollupQuestion): RollupField | undefined {
  const fields = fieldsFor(question);
  const isPlain = fields.length === 1 && (question.isWindow || question.widthMs <= holdEveryMs);
  return isPlain ? fields[0] : undefined;
}

/** Whether `counterSamples` are the answer. */
export function isOfCounter({ func, isWindow }: RollupQuestion): boolean {
  return isWindow && (func === 'rate' || func === 'increase');
}

export function answerFromRollup(rollup: Rollup, question: RollupQuestion): Samples {
  const { times, counts, sums, mins, maxs, lasts } = rollup;
  if (!question.isWindow)
    return question.widthMs > holdEveryMs ? held(rollup, question.widthMs) : { timestamps: times, values: lasts };
  switch (question.func) {
    case 'min_over_time':
      return { timestamps: times, values: mins };
    case 'max_over_time':
      return { timestamps: times, values: maxs };
    case 'sum_over_time':
      return { timestamps: times, values: sums };
    case 'avg_over_time':
      return { timestamps: times, values: sums.map((sum, i) => sum / counts[i]!) };
    case 'count_over_time':
    case 'present_over_time':
      return spread(rollup);
    case 'rate':
    case 'increase':
      return counterSamples(rollup);
    default:
      return { timestamps: times, values: lasts };
  }
}

/**
 * The last value of each bucket, and where a counter restarted in it as many more as make the rule for restarts come to
 * its increase: the first value, the first lifted by all that it rose before its last restart, zero. They stand within
 * the millisecond before the last, so that times go on rising. An answer may come in parts, each with the last value of the
 * part before it.
 */
export function counterSamples(rollup: Rollup, valueBefore?: number): Samples {
  const { length, times, firsts, lasts, increases } = rollup;
  const shown = new Uint8Array(length);
  let total = length;
  for (let i = 0; i < length; i++) {
    const more = shownBefore(rollup, i, i === 0 ? valueBefore : lasts[i - 1]);
    shown[i] = more;
    total += (more & showsFirst) + (more & isRestarted);
  }
  const timestamps = new Float64Array(total);
  const values = new Float64Array(total);
  let at = 0;
  for (let i = 0; i < length; i++) {
    const time = times[i]!;
    const last = lasts[i]!;
    const more = shown[i]!;
    if ((more & showsFirst) !== 0) {
      timestamps[at] = time - 0.75;
      values[at++] = firsts[i]!;
    }
    if ((more & isRestarted) !== 0) {
      timestamps[at] = time - 0.5;
      values[at++] = firsts[i]! + increases[i]! - last;
      timestamps[at] = time - 0.25;
      values[at++] = 0;
    }
    timestamps[at] = time;
    values[at++] = last;
  }
  return { timestamps, values };
}

/** Of a bucket: its first value stands too (one sample more), its counter restarted (two more). */
const showsFirst = 1;
const isRestarted = 2;

function shownBefore({ counts, firsts, lasts, increases }: Rollup, i: number, valueBefore: number | undefined): number {
  const first = firsts[i]!;
  const last = lasts[i]!;
  const increase = increases[i]!;
  const restarted = increase !== last - first && !Number.isNaN(increase) ? isRestarted : 0;
  const isAfterRestart = valueBefore === undefined || first < valueBefore;
  return restarted + (counts[i]! > 1 && (restarted !== 0 || isAfterRestart) ? showsFirst : 0);
}

/** As many samples as were counted: the last at its time, the others in the milliseconds before it. */
function spread(rollup: Rollup): Samples {
  const { length, times, counts, lasts } = rollup;
  let total = 0;
  for (let i = 0; i < length; i++) total += counts[i]!;
  const timestamps = new Float64Array(total);
  const values = new Float64Array(total);
  let at = 0;
  for (let i = 0; i < length; i++) {
    for (let left = counts[i]! - 1; left >= 0; left--) {
      timestamps[at] = times[i]! - left;
      values[at++] = lasts[i]!;
    }
  }
  return { timestamps, values };
}

/** The last value again and again until the next bucket's; where that is missing, until the end of the bucket after. */
function held(rollup: Rollup, widthMs: number): Samples {
  const { length, times, lasts } = rollup;
  const timestamps: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < length; i++) {
    const time = times[i]!;
    const bucketEnd = (Math.floor(time / widthMs) + 1) * widthMs;
    const next = times[i + 1] ?? Number.POSITIVE_INFINITY;
    const until = next < bucketEnd + widthMs ? next : bucketEnd;
    for (let at = time; at < until; at += holdEveryMs) {
      timestamps.push(at);
      values.push(lasts[i]!);
    }
  }
  return { timestamps: Float64Array.from(timestamps), values: Float64Array.from(values) };
}

/** Samples of one series from several places as one row in time order. Of two with the same time the first given counts. */
import { lowerBound } from '../head/lower-bound.ts';

/** None of the values is NaN; with `rising` none is lower than the one before either. */
export type Course = 'numbers' | 'rising';

export interface Samples {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  /** Where it is known. It holds for every part of the samples too. */
  readonly course?: Course | undefined;
}

/** What is known of all values before `to`, when `before` is known of those before `from`. */
export function courseFrom(
  before: Course | undefined,
  values: Float64Array,
  { from, to }: { from: number; to: number },
): Course | undefined {
  if (before === undefined) return undefined;
  let isRising = before === 'rising';
  let last = from === 0 ? Number.NEGATIVE_INFINITY : values[from - 1]!;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) return undefined;
    if (value < last) isRising = false;
    last = value;
  }
  return isRising ? 'rising' : 'numbers';
}

/** What is known of two parts one behind the other; `isRising`: the second does not begin lower than the first ends. */
export function courseOfBoth(
  first: Course | undefined,
  second: Course | undefined,
  isRising: boolean,
): Course | undefined {
  if (first === undefined || second === undefined) return undefined;
  return isRising && first === 'rising' ? second : 'numbers';
}

const nothing: Samples = { timestamps: new Float64Array(0), values: new Float64Array(0) };

/** Each part is in time order itself. */
export function joinSamples(parts: readonly Samples[]): Samples {
  const filled = parts.filter((part) => part.timestamps.length > 0);
  if (filled.length <= 1) return filled[0] ?? nothing;
  if (isInTurn(filled)) return concatenated(filled);
  return filled.slice(1).reduce(merged, filled[0]!);
}

function isInTurn(parts: readonly Samples[]): boolean {
  for (let i = 1; i < parts.length; i++) if (parts[i]!.timestamps[0]! <= parts[i - 1]!.timestamps.at(-1)!) return false;
  return true;
}

function concatenated(parts: readonly Samples[]): Samples {
  const total = parts.reduce((sum, part) => sum + part.timestamps.length, 0);
  const timestamps = new Float64Array(total);
  const values = new Float64Array(total);
  let at = 0;
  for (const part of parts) {
    timestamps.set(part.timestamps, at);
    values.set(part.values, at);
    at += part.timestamps.length;
  }
  return { timestamps, values };
}

/** Mostly the two have only a few times in common, at an end: what is before and behind those is copied as it is. */
function merged(a: Samples, b: Samples): Samples {
  const [first, second] = [a.timestamps, b.timestamps];
  const timestamps = new Float64Array(first.length + second.length);
  const values = new Float64Array(timestamps.length);
  let at = 0;
  const copy = ({ timestamps: times, values: own }: Samples, from: number, to: number): void => {
    timestamps.set(times.subarray(from, to), at);
    values.set(own.subarray(from, to), at);
    at += to - from;
  };
  let i = lowerBound(first, second[0]!);
  let j = lowerBound(second, first[0]!);
  copy(a, 0, i);
  copy(b, 0, j);
  while (i < first.length && j < second.length) {
    const isFirst = first[i]! <= second[j]!;
    if (first[i] === second[j]) j++;
    timestamps[at] = isFirst ? first[i]! : second[j]!;
    values[at++] = isFirst ? a.values[i++]! : b.values[j++]!;
  }
  copy(a, i, first.length);
  copy(b, j, second.length);
  if (at === timestamps.length) return { timestamps, values };
  return { timestamps: timestamps.subarray(0, at), values: values.subarray(0, at) };
}

/** The part within [from, to]. */
export function cutSamples(samples: Samples, from: number, to: number): Samples {
  const { timestamps, values } = samples;
  const lower = lowerBound(timestamps, from);
  const upper = lowerBound(timestamps, to, true);
  if (lower === 0 && upper === timestamps.length) return samples;
  return { timestamps: timestamps.subarray(lower, upper), values: values.subarray(lower, upper) };
}

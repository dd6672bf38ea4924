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

function merged(a: Samples, b: Samples): Samples {
  const total = a.timestamps.length + b.timestamps.length;
  const timestamps = new Float64Array(total);
  const values = new Float64Array(total);
  let i = 0;
  let j = 0;
  let at = 0;
  while (i < a.timestamps.length || j < b.timestamps.length) {
    const first = a.timestamps[i] ?? Number.POSITIVE_INFINITY;
    const second = b.timestamps[j] ?? Number.POSITIVE_INFINITY;
    if (first === second) j++;
    timestamps[at] = Math.min(first, second);
    values[at++] = first <= second ? a.values[i++]! : b.values[j++]!;
  }
  return at === total ? { timestamps, values } : { timestamps: timestamps.slice(0, at), values: values.slice(0, at) };
}

/** The part within [from, to]. */
export function cutSamples(samples: Samples, from: number, to: number): Samples {
  const { timestamps, values } = samples;
  const lower = lowerBound(timestamps, from);
  const upper = lowerBound(timestamps, to, true);
  if (lower === 0 && upper === timestamps.length) return samples;
  return { timestamps: timestamps.subarray(lower, upper), values: values.subarray(lower, upper) };
}

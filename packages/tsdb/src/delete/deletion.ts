/** What a deletion takes out of samples that are read. */
import type { Labels, Matcher } from '@jaegis/model';
import type { Samples } from '../select/join-samples.ts';
import { compileMatcher, type MatcherTest } from '../select/match-series.ts';

export interface Tombstone {
  readonly matchers: readonly Matcher[];
  readonly from: number;
  /** Included. */
  readonly to: number;
}

export interface Deletion {
  readonly tombstone: Tombstone;
  readonly tests: readonly MatcherTest[];
}

/** Throws `InvalidMatcherError`. */
export function deletionOf(tombstone: Tombstone): Deletion {
  return { tombstone, tests: tombstone.matchers.map(compileMatcher) };
}

/** Whether any deletion reaches into [from, to]. */
export function reachInto(deletions: readonly Deletion[], from: number, to: number): boolean {
  return deletions.some(({ tombstone }) => tombstone.from <= to && tombstone.to >= from);
}

/** The samples without those that were deleted. */
export function withoutDeleted(deletions: readonly Deletion[], labels: Labels, samples: Samples): Samples {
  if (deletions.length === 0 || samples.timestamps.length === 0) return samples;
  let result = samples;
  for (const { tombstone, tests } of deletions) {
    const { timestamps } = result;
    if (timestamps.length === 0) break;
    if (timestamps[0]! > tombstone.to || timestamps.at(-1)! < tombstone.from) continue;
    if (tests.every((test) => test.fits(labels[test.name] ?? ''))) result = without(result, tombstone);
  }
  return result;
}

function without(samples: Samples, range: { from: number; to: number }): Samples {
  const { timestamps, values } = samples;
  const keeps = (time: number): boolean => time < range.from || time > range.to;
  return { timestamps: timestamps.filter(keeps), values: values.filter((_, i) => keeps(timestamps[i]!)) };
}

import type { Samples } from '../select/join-samples.ts';
import type { Head } from './head.ts';
import { emptyTally, noLimits } from './tally.ts';

/** Leaves of a row only the samples that `keep` gives back. */
export function filterRow(head: Head, row: number, keep: (samples: Samples) => Samples): void {
  const samples = head.read(row, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const { timestamps, values } = keep(samples);
  if (timestamps.length === samples.timestamps.length) return;
  const refs = new Uint32Array(timestamps.length).fill(head.series.refs[row]!);
  head.clear(row);
  head.apply({ refs, timestamps, values, length: timestamps.length }, noLimits, emptyTally());
}

import { type OutgoingSample, SampleColumns } from '../src/write/sample-columns.ts';

/** Samples as requests take them, of no batch. */
export function columnsOf(samples: readonly OutgoingSample[]): SampleColumns {
  const columns = new SampleColumns();
  for (const sample of samples) columns.push(sample, { remaining: 0 });
  return columns;
}

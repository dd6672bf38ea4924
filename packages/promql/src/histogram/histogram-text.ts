/** A histogram as text: `{count:5, sum:7, (1,2]:3, (2,4]:2}`, as Prometheus writes it. */
import { formatNumber } from '../evaluate/format-number.ts';
import { bucketBoundaries } from '../evaluate/histogram-json.ts';
import { allBuckets, type FloatHistogram } from './float-histogram.ts';

const brackets = { 0: '(]', 1: '[)', 3: '[]' };

export function histogramText(histogram: FloatHistogram): string {
  const parts = [`count:${formatNumber(histogram.count)}`, `sum:${formatNumber(histogram.sum)}`];
  for (const bucket of allBuckets(histogram)) {
    const [open, close] = brackets[bucketBoundaries(bucket, histogram)];
    parts.push(
      `${open}${formatNumber(bucket.lower)},${formatNumber(bucket.upper)}${close}:${formatNumber(bucket.count)}`,
    );
  }
  return `{${parts.join(', ')}}`;
}

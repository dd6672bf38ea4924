/** A histogram as text: `{count:5, sum:7, (1,2]:3, (2,4]:2}`, as Prometheus writes it. */
import { formatNumber } from '../evaluate/format-number.ts';
import { allBuckets, type FloatHistogram, usesCustomBuckets } from './float-histogram.ts';

export function histogramText(histogram: FloatHistogram): string {
  const parts = [`count:${formatNumber(histogram.count)}`, `sum:${formatNumber(histogram.sum)}`];
  for (const { lower, upper, count } of allBuckets(histogram)) {
    const isZero = !usesCustomBuckets(histogram) && lower === -upper;
    const open = isZero || lower < 0 ? '[' : '(';
    const close = isZero || upper > 0 ? ']' : ')';
    parts.push(`${open}${formatNumber(lower)},${formatNumber(upper)}${close}:${formatNumber(count)}`);
  }
  return `{${parts.join(', ')}}`;
}

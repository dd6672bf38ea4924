/** sum and avg of histograms, step by step, and what is told where an aggregation cannot take histograms. */
import { mixedExponentialCustom } from '../evaluate/annotations.ts';
import { type Column, withHistograms } from '../evaluate/column.ts';
import { metricName } from '../evaluate/label-sets.ts';
import { addHistograms, averageHistograms } from '../histogram/arithmetic.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import type { AggregationOptions } from './aggregation-options.ts';

/** Histograms count as much as numbers for `count` and `group`; the others leave them out and say so. */
export function addHistogramSteps(columns: readonly Column[], floats: Column, options: AggregationOptions): Column {
  const { op, annotations, place } = options;
  const holders = columns.filter((column) => column.histograms !== undefined);
  if (holders.length === 0) return floats;
  if (op !== 'sum' && op !== 'avg') {
    if (op === 'count' || op === 'group') return countThem(holders, floats, op);
    const any = holders.some((column) => column.histograms!.some((each) => each !== undefined));
    if (any) annotations.info(`ignored histogram in ${op} aggregation`, place);
    return floats;
  }
  const result = withHistograms(floats);
  for (let step = 0; step < result.values.length; step++) {
    const found: FloatHistogram[] = [];
    for (const column of holders) {
      const histogram = column.present[step] === 1 ? column.histograms![step] : undefined;
      if (histogram !== undefined) found.push(histogram);
    }
    if (found.length === 0) continue;
    if (result.present[step] === 1) {
      annotations.warn('encountered a mix of histograms and floats for aggregation', place);
      result.present[step] = 0;
      continue;
    }
    const sum = op === 'sum' ? addHistograms(found) : averageHistograms(found);
    if (sum === undefined) {
      annotations.warn(mixedExponentialCustom(metricName(holders[0]!.labels)), place);
      continue;
    }
    if (sum.resetsCollide) annotations.warn('conflicting counter resets during histogram aggregation', place);
    if (sum.boundsChanged) annotations.info('mismatched custom buckets were reconciled during aggregation', place);
    result.present[step] = 1;
    result.histograms[step] = sum.histogram;
  }
  return result;
}

function countThem(holders: readonly Column[], floats: Column, op: string): Column {
  for (const { present, histograms } of holders) {
    for (let step = 0; step < present.length; step++) {
      if (present[step] === 0 || histograms![step] === undefined) continue;
      floats.present[step] = 1;
      if (op === 'count') floats.values[step]! += 1;
    }
  }
  if (op === 'group') floats.values.fill(1);
  return floats;
}

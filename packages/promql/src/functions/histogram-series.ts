/**
 * What histogram_quantile and histogram_fraction work on: native histograms as they are, classic buckets gathered by all
 * labels but `le`, step by step. Where a series is both at one step, neither counts, and that is told.
 */

import type { Labels } from '@jaegis/model';
import { type Annotations, forMetric, type Place } from '../evaluate/annotations.ts';
import { type Column, emptyColumn, isEmpty, type VectorValue } from '../evaluate/column.ts';
import { labelOf, labelsKey, metricName, withoutLabels } from '../evaluate/label-sets.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import type { ClassicBucket } from './classic-buckets.ts';

export interface HistogramReader {
  readonly native: (histogram: FloatHistogram, name: string, step: number) => number;
  readonly classic: (buckets: readonly ClassicBucket[], name: string, step: number) => number;
}

interface Classic {
  readonly labels: Labels;
  readonly buckets: { readonly bound: number; readonly column: Column }[];
}

const bucketLabel: ReadonlySet<string> = new Set(['le']);

/** One column for each histogram of the vector. */
export function readHistograms(
  vector: VectorValue,
  reader: HistogramReader,
  told: { annotations: Annotations; place: Place },
): Column[] {
  const classics = new Map<string, Classic>();
  const natives: Column[] = [];
  for (const column of vector.columns) {
    if (column.histograms !== undefined) natives.push(column);
    if (hasFloats(column)) addBucket(classics, column, told);
  }
  const count = vector.columns[0]?.values.length ?? 0;
  const result: Column[] = [];
  for (const column of natives) {
    const out = emptyColumn(column.labels, count, true);
    const rival = classics.get(labelsKey(column.labels));
    const name = metricName(column.labels);
    for (let step = 0; step < count; step++) {
      const histogram = column.present[step] === 1 ? column.histograms![step] : undefined;
      if (histogram === undefined) continue;
      if (rival?.buckets.some((bucket) => hasFloatAt(bucket.column, step))) {
        told.annotations.warn(`vector contains a mix of classic and native histograms${forMetric(name)}`, told.place);
        continue;
      }
      out.values[step] = reader.native(histogram, name, step);
      out.present[step] = 1;
    }
    if (!isEmpty(out)) result.push(out);
  }
  const nativeByLabels = new Map(natives.map((column) => [labelsKey(column.labels), column]));
  for (const [key, classic] of classics) {
    const out = readClassic(classic, nativeByLabels.get(key), { reader, count });
    if (!isEmpty(out)) result.push(out);
  }
  return result;
}

function hasFloats(column: Column): boolean {
  return column.histograms === undefined || column.present.some((_, step) => hasFloatAt(column, step));
}

function hasFloatAt(column: Column, step: number): boolean {
  return column.present[step] === 1 && column.histograms?.[step] === undefined;
}

function addBucket(
  classics: Map<string, Classic>,
  column: Column,
  told: { annotations: Annotations; place: Place },
): void {
  const text = labelOf(column.labels, 'le');
  const bound = parseBound(text);
  if (bound === undefined) {
    const name = metricName(column.labels);
    told.annotations.warn(
      `bucket label "le" is missing or has a malformed value of ${JSON.stringify(text)}${forMetric(name)}`,
      told.place,
    );
    return;
  }
  const labels = withoutLabels(column.labels, bucketLabel);
  const key = labelsKey(labels);
  let classic = classics.get(key);
  if (classic === undefined) classics.set(key, (classic = { labels, buckets: [] }));
  classic.buckets.push({ bound, column });
}

/** The number that a label `le` stands for; `undefined` when it is none. */
export function parseBound(text: string): number | undefined {
  if (/^[+]?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-inf(inity)?$/i.test(text)) return Number.NEGATIVE_INFINITY;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  return Number(text);
}

function readClassic(
  { labels, buckets }: Classic,
  rival: Column | undefined,
  options: { reader: HistogramReader; count: number },
): Column {
  const out = emptyColumn(labels, options.count, true);
  const name = metricName(labels);
  for (let step = 0; step < options.count; step++) {
    if (rival?.present[step] === 1 && rival.histograms![step] !== undefined) continue;
    const found: ClassicBucket[] = [];
    for (const { bound, column } of buckets)
      if (hasFloatAt(column, step)) found.push({ bound, count: column.values[step]! });
    if (found.length === 0) continue;
    out.values[step] = options.reader.classic(found, name, step);
    out.present[step] = 1;
  }
  return out;
}

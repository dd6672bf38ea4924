/** histogram_quantile, histogram_quantiles, histogram_fraction, and the parts of native histograms. */
import { type Annotations, forMetric, invalidQuantile, type Place, shortFloat } from '../evaluate/annotations.ts';
import { type Column, emptyColumn, isEmpty, type VectorValue, vectorOf } from '../evaluate/column.ts';
import { withLabel } from '../evaluate/label-sets.ts';
import { mergeColumns } from '../evaluate/merge-columns.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { histogramFraction, histogramQuantile, histogramVariance } from '../histogram/quantile.ts';
import { bucketFraction, bucketQuantile } from './classic-buckets.ts';
import { readHistograms } from './histogram-series.ts';

/** Functions of one native histogram; numbers give nothing. */
export const histogramParts: ReadonlyMap<string, (histogram: FloatHistogram) => number> = new Map<
  string,
  (histogram: FloatHistogram) => number
>([
  ['histogram_avg', ({ sum, count }) => sum / count],
  ['histogram_count', ({ count }) => count],
  ['histogram_sum', ({ sum }) => sum],
  ['histogram_stddev', (histogram) => Math.sqrt(histogramVariance(histogram))],
  ['histogram_stdvar', histogramVariance],
]);

/** Those of them for which count and sum are enough. */
export const statsOnlyFunctions: readonly string[] = ['histogram_avg', 'histogram_count', 'histogram_sum'];

export function mapHistograms(vector: VectorValue, read: (histogram: FloatHistogram) => number): VectorValue {
  const columns: Column[] = [];
  for (const column of vector.columns) {
    if (column.histograms === undefined) continue;
    const out = emptyColumn(column.labels, column.values.length, true);
    for (let step = 0; step < out.values.length; step++) {
      const histogram = column.present[step] === 1 ? column.histograms[step] : undefined;
      if (histogram === undefined) continue;
      out.values[step] = read(histogram);
      out.present[step] = 1;
    }
    if (!isEmpty(out)) columns.push(out);
  }
  return vectorOf(columns);
}

/** Where the arguments stand, for what is told of them. */
export interface Told {
  readonly annotations: Annotations;
  readonly quantile: Place;
  readonly vector: Place;
}

export function quantilesOf(vector: VectorValue, q: Float64Array, told: Told): VectorValue {
  const { annotations } = told;
  for (const each of q) {
    if (each >= 0 && each <= 1) continue;
    annotations.warn(invalidQuantile(each), told.quantile);
    break;
  }
  const columns = readHistograms(
    vector,
    {
      native: (histogram, name, step) =>
        nativeQuantile(q[step]!, histogram, { name, annotations, place: told.quantile }),
      classic: (buckets, name, step) => {
        const { value, raised } = bucketQuantile(q[step]!, buckets);
        if (raised) {
          annotations.info(
            `input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)${forMetric(name)}`,
            told.vector,
          );
        }
        return value;
      },
    },
    { annotations, place: told.vector },
  );
  return vectorOf(columns);
}

function nativeQuantile(
  q: number,
  histogram: FloatHistogram,
  told: { name: string; annotations: Annotations; place: Place },
): number {
  const value = histogramQuantile(q, histogram);
  if (Number.isNaN(histogram.sum) && histogram.count > 0 && q >= 0 && q <= 1) {
    const result = Number.isNaN(value) ? 'result is NaN' : 'result is skewed higher';
    told.annotations.info(
      `input to histogram_quantile has NaN observations, ${result}${forMetric(told.name)}`,
      told.place,
    );
  }
  return value;
}

/** Several quantiles at once, each with its own value of a label. */
export function labelledQuantiles(
  vector: VectorValue,
  label: string,
  quantiles: readonly { q: Float64Array; place: Place }[],
  told: { annotations: Annotations; vector: Place },
): VectorValue {
  const found: Column[] = [];
  for (const { q, place } of quantiles) {
    const { columns } = quantilesOf(vector, q, { ...told, quantile: place });
    for (const column of columns) {
      const texts = new Set([...q].map(openMetricsFloat));
      for (const text of texts) {
        const present = column.present.map((here, step) => (openMetricsFloat(q[step]!) === text ? here : 0));
        found.push({ ...column, present, labels: withLabel(column.labels, label, text) });
      }
    }
  }
  return vectorOf(mergeColumns(found.filter((column) => !isEmpty(column))));
}

function openMetricsFloat(value: number): string {
  const text = shortFloat(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

export function fractionsOf(
  vector: VectorValue,
  bounds: { lower: Float64Array; upper: Float64Array },
  told: Told,
): VectorValue {
  const { annotations } = told;
  const columns = readHistograms(
    vector,
    {
      native: (histogram, name, step) => {
        if (Number.isNaN(histogram.sum) && histogram.count > 0) {
          annotations.info(
            `input to histogram_fraction has NaN observations, which are excluded from all fractions${forMetric(name)}`,
            told.quantile,
          );
        }
        return histogramFraction(bounds.lower[step]!, bounds.upper[step]!, histogram);
      },
      classic: (buckets, _name, step) => bucketFraction(bounds.lower[step]!, bounds.upper[step]!, buckets),
    },
    { annotations, place: told.vector },
  );
  return vectorOf(columns);
}

// A small hand-written OTLP encoder for tests: makes what SDKs send, and what they never would.
import { WireWriter } from '../src/wire/wire-writer.ts';

export type Value =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value };
export type Attributes = Readonly<Record<string, Value>>;

export function anyValue(writer: WireWriter, value: Value): void {
  if (typeof value === 'string') writer.stringField(1, value);
  else if (typeof value === 'boolean') writer.varintField(2, value ? 1 : 0);
  else if (typeof value === 'bigint') writer.varintField(3, value);
  else if (typeof value === 'number')
    Number.isSafeInteger(value) ? writer.varintField(3, value) : writer.doubleField(4, value);
  else if (value instanceof Uint8Array) writer.bytesField(7, value);
  else if (Array.isArray(value))
    writer.messageField(5, (list) => {
      for (const item of value) list.messageField(1, (inner) => anyValue(inner, item));
    });
  else writer.messageField(6, (list) => attributesField(list, 1, value as Attributes));
}

export function attributesField(writer: WireWriter, field: number, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) {
    writer.messageField(field, (pair) => {
      pair.stringField(1, key);
      pair.messageField(2, (inner) => anyValue(inner, value));
    });
  }
}

export interface NumberPoint {
  readonly at: number;
  readonly value?: number;
  readonly int?: bigint;
  readonly attributes?: Attributes;
  readonly flags?: number;
}

export interface HistogramBytes {
  readonly at: number;
  readonly count: number;
  readonly sum?: number;
  readonly buckets?: readonly number[];
  readonly bounds?: readonly number[];
  readonly attributes?: Attributes;
  readonly flags?: number;
}

export interface ExponentialBytes {
  readonly at: number;
  readonly count: number;
  readonly sum?: number;
  readonly scale: number;
  readonly zero?: number;
  readonly zeroThreshold?: number;
  readonly positive?: { readonly offset: number; readonly counts: readonly number[] };
  readonly negative?: { readonly offset: number; readonly counts: readonly number[] };
  readonly attributes?: Attributes;
  readonly flags?: number;
}

export interface SummaryBytes {
  readonly at: number;
  readonly count: number;
  readonly sum: number;
  readonly quantiles: readonly (readonly [number, number])[];
  readonly attributes?: Attributes;
  readonly flags?: number;
}

export type MetricBytes = { readonly name: string; readonly unit?: string } & (
  | { readonly gauge: readonly NumberPoint[] }
  | { readonly sum: readonly NumberPoint[]; readonly monotonic?: boolean; readonly temporality?: number }
  | { readonly histogram: readonly HistogramBytes[]; readonly temporality?: number }
  | { readonly exponential: readonly ExponentialBytes[]; readonly temporality?: number }
  | { readonly summary: readonly SummaryBytes[] }
);

export const nanos = (ms: number) => BigInt(Math.round(ms * 1_000)) * 1_000n;

/** An ExportMetricsServiceRequest with one resource and one scope. */
export function metricsRequest(resource: Attributes, metrics: readonly MetricBytes[]): Uint8Array {
  const writer = new WireWriter();
  writeResourceMetrics(writer, resource, metrics);
  return writer.finish();
}

export function writeResourceMetrics(writer: WireWriter, resource: Attributes, metrics: readonly MetricBytes[]): void {
  writer.messageField(1, (resourceMetrics) => {
    resourceMetrics.messageField(1, (inner) => attributesField(inner, 1, resource));
    resourceMetrics.messageField(2, (scope) => {
      scope.messageField(1, (inner) => inner.stringField(1, 'test'));
      for (const metric of metrics) scope.messageField(2, (inner) => writeMetric(inner, metric));
    });
  });
}

function writeMetric(writer: WireWriter, metric: MetricBytes): void {
  writer.stringField(1, metric.name);
  writer.stringField(2, 'a description');
  if (metric.unit !== undefined) writer.stringField(3, metric.unit);
  if ('gauge' in metric)
    writer.messageField(5, (data) => {
      for (const point of metric.gauge) data.messageField(1, (inner) => numberPoint(inner, point));
    });
  else if ('sum' in metric)
    writer.messageField(7, (data) => {
      for (const point of metric.sum) data.messageField(1, (inner) => numberPoint(inner, point));
      data.varintField(2, metric.temporality ?? 2);
      data.varintField(3, (metric.monotonic ?? true) ? 1 : 0);
    });
  else if ('histogram' in metric)
    writer.messageField(9, (data) => {
      for (const point of metric.histogram) data.messageField(1, (inner) => histogramPoint(inner, point));
      data.varintField(2, metric.temporality ?? 2);
    });
  else if ('exponential' in metric)
    writer.messageField(10, (data) => {
      for (const point of metric.exponential) data.messageField(1, (inner) => exponentialPoint(inner, point));
      data.varintField(2, metric.temporality ?? 2);
    });
  else
    writer.messageField(11, (data) => {
      for (const point of metric.summary) data.messageField(1, (inner) => summaryPoint(inner, point));
    });
}

function numberPoint(writer: WireWriter, point: NumberPoint): void {
  writer.fixed64Field(3, nanos(point.at));
  if (point.value !== undefined) writer.doubleField(4, point.value);
  if (point.int !== undefined) writer.fixed64Field(6, point.int);
  attributesField(writer, 7, point.attributes ?? {});
  if (point.flags !== undefined) writer.varintField(8, point.flags);
}

function histogramPoint(writer: WireWriter, point: HistogramBytes): void {
  writer.fixed64Field(3, nanos(point.at));
  writer.fixed64Field(4, BigInt(point.count));
  if (point.sum !== undefined) writer.doubleField(5, point.sum);
  if (point.buckets !== undefined) writer.packedFixed64(6, point.buckets);
  if (point.bounds !== undefined) writer.packedDoubles(7, point.bounds);
  attributesField(writer, 9, point.attributes ?? {});
  if (point.flags !== undefined) writer.varintField(10, point.flags);
}

function exponentialPoint(writer: WireWriter, point: ExponentialBytes): void {
  attributesField(writer, 1, point.attributes ?? {});
  writer.fixed64Field(3, nanos(point.at));
  writer.fixed64Field(4, BigInt(point.count));
  if (point.sum !== undefined) writer.doubleField(5, point.sum);
  writer.zigzagField(6, point.scale);
  writer.fixed64Field(7, BigInt(point.zero ?? 0));
  for (const [field, side] of [
    [8, point.positive],
    [9, point.negative],
  ] as const) {
    if (side === undefined) continue;
    writer.messageField(field, (buckets) => {
      buckets.zigzagField(1, side.offset);
      buckets.packedVarints(2, side.counts);
    });
  }
  if (point.flags !== undefined) writer.varintField(10, point.flags);
  if (point.zeroThreshold !== undefined) writer.doubleField(14, point.zeroThreshold);
}

function summaryPoint(writer: WireWriter, point: SummaryBytes): void {
  writer.fixed64Field(3, nanos(point.at));
  writer.fixed64Field(4, BigInt(point.count));
  writer.doubleField(5, point.sum);
  for (const [quantile, value] of point.quantiles)
    writer.messageField(6, (inner) => {
      inner.doubleField(1, quantile);
      inner.doubleField(2, value);
    });
  attributesField(writer, 7, point.attributes ?? {});
  if (point.flags !== undefined) writer.varintField(8, point.flags);
}

/**
 * What expressions evaluate to. A series is a column: one number for each step of the query in a typed array, and a byte
 * beside it that says whether there is a sample at all (NaN is a value like any other). No object per sample.
 */
import type { Labels } from '@jaegis/model';
import type { FloatHistogram } from '../histogram/float-histogram.ts';

/** The moments at which an expression is evaluated. */
export interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

export interface Column {
  readonly labels: Labels;
  /** True when the metric's name (and type and unit) go at the end of the query: a label function may still read them. */
  readonly dropName: boolean;
  readonly values: Float64Array;
  /** 1 where there is a sample. */
  readonly present: Uint8Array;
  /** Samples that are histograms; the number at their place means nothing. */
  readonly histograms: (FloatHistogram | undefined)[] | undefined;
}

export interface ScalarValue {
  readonly kind: 'scalar';
  readonly values: Float64Array;
}

export interface StringValue {
  readonly kind: 'string';
  readonly value: string;
}

export interface VectorValue {
  readonly kind: 'vector';
  readonly columns: readonly Column[];
  /** True when the order of the columns is part of the answer to an instant query. */
  readonly ordered: boolean;
}

export type Value = ScalarValue | StringValue | VectorValue;

export function emptyColumn(labels: Labels, count: number, dropName = false): Column {
  return { labels, dropName, values: new Float64Array(count), present: new Uint8Array(count), histograms: undefined };
}

/** A column that is to get histograms. */
export function withHistograms(column: Column): Column & { histograms: (FloatHistogram | undefined)[] } {
  return { ...column, histograms: column.histograms ?? new Array(column.values.length) };
}

export function vectorOf(columns: readonly Column[], ordered = false): VectorValue {
  return { kind: 'vector', columns, ordered };
}

export function isEmpty(column: Column): boolean {
  return !column.present.includes(1);
}

/** Repeats the only step of a value over all steps of a grid. */
export function broadcast(value: Value, count: number): Value {
  if (count === 1 || value.kind === 'string') return value;
  if (value.kind === 'scalar') return { kind: 'scalar', values: new Float64Array(count).fill(value.values[0]!) };
  const columns = value.columns.map((column): Column => {
    const histogram = column.histograms?.[0];
    return {
      ...column,
      values: new Float64Array(count).fill(column.values[0]!),
      present: new Uint8Array(count).fill(column.present[0]!),
      histograms: histogram === undefined ? undefined : new Array(count).fill(histogram),
    };
  });
  return { ...value, columns };
}

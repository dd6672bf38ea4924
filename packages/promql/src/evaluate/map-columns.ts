/** Functions that look at each number by itself, over columns. */
import { type Column, isEmpty, type VectorValue, vectorOf } from './column.ts';

/** Applies a function to each number; histograms give nothing. */
export function mapFloats(vector: VectorValue, change: (value: number, step: number) => number): VectorValue {
  const columns: Column[] = [];
  for (const column of vector.columns) {
    const count = column.values.length;
    const values = new Float64Array(count);
    let present = column.present;
    for (let step = 0; step < count; step++) if (present[step] === 1) values[step] = change(column.values[step]!, step);
    if (column.histograms !== undefined) {
      present = present.slice();
      for (let step = 0; step < count; step++) if (column.histograms[step] !== undefined) present[step] = 0;
    }
    const result: Column = { labels: column.labels, dropName: true, values, present, histograms: undefined };
    if (column.histograms === undefined || !isEmpty(result)) columns.push(result);
  }
  return vectorOf(columns);
}

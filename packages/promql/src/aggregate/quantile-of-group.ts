/** The aggregation that needs all numbers of a step at once. */
import { type Column, emptyColumn } from '../evaluate/column.ts';
import { quantileOf } from '../functions/quantiles.ts';
import type { Group } from './groups.ts';

/** @param quantiles Which, at each step. Histograms are not looked at. */
export function quantileOfGroup(group: Group, quantiles: Float64Array): Column {
  const { length } = quantiles;
  const out = emptyColumn(group.labels, length, group.dropName);
  const presents = group.columns.map(floatsPresent);
  const gathered = new Float64Array(presents.length);
  for (let step = 0; step < length; step++) {
    let size = 0;
    for (const [i, present] of presents.entries())
      if (present[step] === 1) gathered[size++] = group.columns[i]!.values[step]!;
    if (size === 0) continue;
    out.values[step] = quantileOf(quantiles[step]!, gathered.subarray(0, size));
    out.present[step] = 1;
  }
  return out;
}

/** 1 at the steps at which a column has a number. */
export function floatsPresent({ present, histograms }: Column): Uint8Array {
  if (histograms === undefined) return present;
  return present.map((here, step) => (histograms[step] === undefined ? here : 0));
}

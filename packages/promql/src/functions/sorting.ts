/** sort, sort_desc, sort_by_label: orders that only the answer to an instant query shows. */
import { type Column, type VectorValue, vectorOf } from '../evaluate/column.ts';
import { compareLabels, labelOf } from '../evaluate/label-sets.ts';

/** By the first step, NaN last either way; histograms are left out. */
export function sortByValue(vector: VectorValue, descending: boolean): VectorValue {
  const numbers = vector.columns.filter((column) => column.histograms?.[0] === undefined);
  const order = (a: Column, b: Column): number => {
    const [x, y] = [a.values[0]!, b.values[0]!];
    if (Number.isNaN(x) || Number.isNaN(y)) return (Number.isNaN(x) ? 1 : 0) - (Number.isNaN(y) ? 1 : 0);
    return descending ? y - x || 0 : x - y || 0;
  };
  return vectorOf([...numbers].sort(order), true);
}

export function sortByLabels(vector: VectorValue, names: readonly string[], descending: boolean): VectorValue {
  const sign = descending ? -1 : 1;
  const order = (a: Column, b: Column): number => {
    for (const name of names) {
      const difference = naturalOrder(labelOf(a.labels, name), labelOf(b.labels, name));
      if (difference !== 0) return sign * difference;
    }
    return sign * compareLabels(a.labels, b.labels);
  };
  return vectorOf([...vector.columns].sort(order), true);
}

/** Numbers inside the texts by their size, so that cpu10 comes after cpu9. */
function naturalOrder(a: string, b: string): number {
  const parts = /\d+|\D+/g;
  const left = a.match(parts) ?? [];
  const right = b.match(parts) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i]!, right[i]!];
    if (x === y) continue;
    const areNumbers = /^\d/.test(x) && /^\d/.test(y);
    if (areNumbers && Number(x) !== Number(y)) return Number(x) - Number(y);
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

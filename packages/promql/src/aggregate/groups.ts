/** Groups of an aggregation: series with the same values of the labels that are kept. */

import type { Labels } from '@jaegis/model';
import type { Column } from '../evaluate/column.ts';
import { byCodePoint, groupKeyBy, keepLabels, namesWithout, withoutLabels } from '../evaluate/label-sets.ts';
import type { Aggregation } from '../parse/ast.ts';

export interface Group {
  readonly labels: Labels;
  readonly columns: Column[];
  /** True when any of its series is to lose its name. */
  dropName: boolean;
}

export function groupColumns(aggregation: Aggregation, columns: readonly Column[]): Group[] {
  const { without, labels: names } = aggregation;
  const groups = new Map<string, Group>();
  const add = (key: string, column: Column, labels: () => Labels): void => {
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { labels: labels(), columns: [], dropName: false }));
    group.columns.push(column);
    if (column.dropName) group.dropName = true;
  };
  if (without) {
    const dropped = namesWithout(names);
    const signatureOf = groupKeyBy(false, names);
    for (const column of columns) add(signatureOf(column.labels), column, () => withoutLabels(column.labels, dropped));
    return [...groups.values()];
  }
  const kept = [...names].sort(byCodePoint);
  if (kept.length === 0) {
    for (const column of columns) add('', column, () => ({}));
    return [...groups.values()];
  }
  const signatureOf = groupKeyBy(true, kept);
  for (const column of columns) add(signatureOf(column.labels), column, () => keepLabels(column.labels, kept));
  return [...groups.values()];
}

/** Series that have become the same: one column, where no step has a sample in two of them. */
import type { Column } from './column.ts';
import { dropMetadata, labelsKey } from './label-sets.ts';
import { QueryError } from './query-context.ts';

export const sameLabelset = 'vector cannot contain metrics with the same labelset';

/** Columns of equal labels become one; throws where they overlap. */
export function mergeColumns(columns: readonly Column[]): readonly Column[] {
  const byLabels = new Map<string, Column>();
  let merged = false;
  for (const column of columns) {
    const key = labelsKey(column.labels);
    const before = byLabels.get(key);
    if (before === undefined) byLabels.set(key, column);
    else {
      merged = true;
      byLabels.set(key, mergedColumn(before, column));
    }
  }
  return merged ? [...byLabels.values()] : columns;
}

function mergedColumn(a: Column, b: Column): Column {
  const values = a.values.slice();
  const present = a.present.slice();
  const hasHistograms = a.histograms !== undefined || b.histograms !== undefined;
  const histograms = hasHistograms ? Array.from(values, (_, i) => a.histograms?.[i] ?? b.histograms?.[i]) : undefined;
  for (let step = 0; step < values.length; step++) {
    if (b.present[step] === 0) continue;
    if (present[step] === 1) throw new QueryError(sameLabelset);
    present[step] = 1;
    values[step] = b.values[step]!;
  }
  return { labels: a.labels, dropName: a.dropName || b.dropName, values, present, histograms };
}

/** Drops the names that are to be dropped, at the end of a query. */
export function dropNames(columns: readonly Column[]): readonly Column[] {
  if (!columns.some((column) => column.dropName)) return columns;
  return mergeColumns(
    columns.map((column) =>
      column.dropName ? { ...column, labels: dropMetadata(column.labels), dropName: false } : column,
    ),
  );
}

/** Questions about labels, not samples: which series, which names, which values. */
import type { Labels, Matcher } from '@jaegis/model';
import type { Head } from '../head/head.ts';
import type { SeriesTable } from '../head/series-table.ts';
import { matchSeries } from './match-series.ts';

export function readSeriesLabels(
  head: Head,
  matchers: readonly Matcher[],
  range: { fromMs: number | undefined; toMs: number | undefined },
): Labels[] {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = range;
  const isWhole = range.fromMs === undefined && range.toMs === undefined;
  return matchSeries(head.series, matchers)
    .filter((row) => isWhole || (head.lastAt(row) >= fromMs && head.firstAt(row) <= toMs))
    .map((row) => head.series.labels(row));
}

export function readLabelNames(series: SeriesTable, matchers: readonly Matcher[]): string[] {
  const names = new Set<number>();
  if (matchers.length === 0) for (const name of series.postings.names()) names.add(name);
  else for (const row of matchSeries(series, matchers)) series.forEachName(row, (name) => names.add(name));
  return [...names].map((name) => series.symbols.text(name)).sort();
}

export function readLabelValues(series: SeriesTable, label: string, matchers: readonly Matcher[]): string[] {
  const name = series.symbols.find(label);
  if (name === undefined) return [];
  const values = new Set<number>();
  if (matchers.length === 0) for (const value of series.postings.values(name)) values.add(value);
  else for (const row of matchSeries(series, matchers)) values.add(series.valueOf(row, name));
  values.delete(-1);
  return [...values].map((value) => series.symbols.text(value)).sort();
}

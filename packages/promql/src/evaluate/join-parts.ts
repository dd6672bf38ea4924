/** Samples of one selection that were read in parts, one stretch of time after the other, joined series by series. */
import { labelsKey } from './label-sets.ts';
import type { SelectedSeries } from './select-source.ts';

/** @param parts Oldest first; none of them overlap. Only numbers: no source of parts has histograms. */
export function joinParts(parts: readonly (readonly SelectedSeries[])[]): readonly SelectedSeries[] {
  if (parts.length === 1) return parts[0]!;
  const found = new Map<string, SelectedSeries[]>();
  for (const series of parts.flat()) {
    const key = labelsKey(series.labels);
    const before = found.get(key);
    if (before === undefined) found.set(key, [series]);
    else before.push(series);
  }
  return [...found.values()].map((pieces) => {
    if (pieces.length === 1) return pieces[0]!;
    const size = pieces.reduce((sum, piece) => sum + piece.timestamps.length, 0);
    const timestamps = new Float64Array(size);
    const values = new Float64Array(size);
    let at = 0;
    for (const piece of pieces) {
      timestamps.set(piece.timestamps, at);
      values.set(piece.values, at);
      at += piece.timestamps.length;
    }
    return { labels: pieces[0]!.labels, timestamps, values };
  });
}

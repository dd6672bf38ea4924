import type { Decision } from '@jaegis/model';
import { type Grid, gridTimes } from '../../data/series.ts';

/**
 * What the judged actions were predicted to bring a pool's use of capacity to, and what it came to: for each moment of the
 * grid the newest action judged by then. `null` before the first.
 */
export function predictedAndReal(decisions: readonly Decision[], grid: Grid) {
  const judged = decisions
    .flatMap(({ predicted, outcome }) =>
      outcome === null || predicted.saturation === null || outcome.saturation === null
        ? []
        : [{ at: outcome.at, predicted: predicted.saturation, real: outcome.saturation }],
    )
    .sort((a, b) => a.at - b.at);
  const predicted: (number | null)[] = [];
  const real: (number | null)[] = [];
  let next = 0;
  for (const at of gridTimes(grid)) {
    while (next < judged.length && judged[next]!.at <= at) next++;
    const newest = judged[next - 1];
    predicted.push(newest?.predicted ?? null);
    real.push(newest?.real ?? null);
  }
  return { predicted, real, count: judged.filter(({ at }) => at >= grid.from && at <= grid.to).length };
}

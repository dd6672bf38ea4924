import { formatDuration } from '@jaegis/std';
import { geometricMean, meanOf } from './forecast-cases.ts';
import type { HorizonScore, SeriesScore } from './rolling-origin.ts';

export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly note?: string;
}

/** The table of the operations series: each horizon, then all together. */
export function operationsRows(scores: readonly SeriesScore[]): BenchRow[] {
  if (scores.length === 0) return [];
  const single = scores.flatMap(({ id, horizons }) => horizons.map((h) => ({ id, ...h })));
  const horizons = [...new Set(single.map(({ horizonMs }) => horizonMs))].sort((a, b) => a - b);
  const worst = scores.map((each) => ({ id: each.id, ratio: geometricMean(each.horizons.map((h) => h.relativeMase)) }));
  worst.sort((a, b) => b.ratio - a.ratio);
  const worstThree = worst.slice(0, 3).map(({ id, ratio }) => `${id} ${ratio.toFixed(2)}`);
  const lost = single.filter(({ relativeMase }) => relativeMase > 1.02).sort((a, b) => b.relativeMase - a.relativeMase);
  const lostMost = lost
    .slice(0, 5)
    .map(({ id, horizonMs, relativeMase }) => `${id} ${formatDuration(horizonMs)} ${relativeMase.toFixed(2)}`);
  const origins = Math.max(...scores.map((each) => each.origins));
  return [
    ...horizons.flatMap((horizonMs) => horizonRows(horizonMs, scores)),
    {
      name: 'operations, all horizons: MASE relative to seasonal naive',
      value: geometricMean(single.map(({ relativeMase }) => relativeMase)),
      unit: '',
      note: `geometric mean, ${scores.length} series, up to ${origins} origins each; worst series ${worstThree.join(', ')}; ${worst.filter(({ ratio }) => ratio > 1.02).length} above 1.02`,
    },
    {
      name: 'operations, a single horizon of a series: above 1.02',
      value: lost.length,
      unit: '',
      note: `of ${single.length}; ${lostMost.join(', ')}`,
    },
    {
      name: 'operations: time of a forecast',
      value: meanOf(scores.map((each) => each.ms)),
      unit: 'ms',
      note: 'horizon of a day or a week, all cores busy',
    },
  ];
}

function horizonRows(horizonMs: number, scores: readonly SeriesScore[]): BenchRow[] {
  const found = scores.flatMap((each) => each.horizons.filter((h) => h.horizonMs === horizonMs));
  const of = (get: (h: HorizonScore) => number) => found.map(get);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const atOrBelow = (k: number) => percent(meanOf(of((h) => h.atOrBelow[k]!)));
  const name = `operations, ${formatDuration(horizonMs)}`;
  return [
    {
      name: `${name}: MASE relative to seasonal naive`,
      value: geometricMean(of((h) => h.relativeMase)),
      unit: '',
      note: `geometric mean of ${found.length} series; at the end of the horizon ${geometricMean(of((h) => h.atEnd)).toFixed(3)}; worst ${Math.max(...of((h) => h.relativeMase)).toFixed(2)}`,
    },
    {
      name: `${name}: skill against the better naive`,
      value: median(of((h) => h.skill)),
      unit: '',
      note: `median; mean ${meanOf(of((h) => h.skill)).toFixed(3)}`,
    },
    {
      name: `${name}: 1 - WAPE`,
      value: 100 * (1 - median(of((h) => h.wape))),
      unit: '%',
      note: `median; decision accuracy ${percent(meanOf(of((h) => h.decisionAccuracy)))}`,
    },
    {
      name: `${name}: 90 % interval covers`,
      value: 100 * meanOf(of((h) => h.inside)),
      unit: '%',
      note: `at or below 0.5: ${atOrBelow(1)}, 0.9: ${atOrBelow(2)}, 0.95: ${atOrBelow(3)}, 0.99: ${atOrBelow(4)}; pinball over the mean, median: ${[1, 2, 3, 4].map((k) => median(of((h) => h.pinball[k]!)).toFixed(4)).join(', ')}`,
    },
  ];
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

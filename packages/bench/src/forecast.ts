/**
 * How good forecasts are: M4 hourly on windows held back from its training part, and operations series by rolling origin,
 * the product's forecaster beside each of its members alone and the naive ones. Ratios of two means over less than 0.01
 * count as 0.01 in geometric means: a series that is constant for a while must not decide them.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createForecaster, forecastMembers } from '@jaegis/analytics';
import { formatDuration } from '@jaegis/std';
import { readM4Hourly, scoreM4 } from './forecast/m4-hourly.ts';
import { type OperationsSeries, readOperations } from './forecast/operations-series.ts';
import { type HorizonScore, type SeriesScore, scoreSeries } from './forecast/rolling-origin.ts';

interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly note?: string;
}

const dayMs = 86_400_000;

export async function run(options: { quick?: boolean } = {}): Promise<{ title: string; rows: BenchRow[] }> {
  const folder = process.env['JAEGIS_BENCH_DATA'] ?? join(process.cwd(), '../shared/data');
  const title = 'Forecasts: M4 hourly (held-back windows) and operations series (rolling origin)';
  if (!existsSync(join(folder, 'forecast'))) {
    console.error(`Skipped: ${folder} holds no folder "forecast" (JAEGIS_BENCH_DATA)`);
    return { title: `${title}: skipped, no data`, rows: [] };
  }
  const isQuick = options.quick === true;
  return { title, rows: [...m4Rows(folder, isQuick), ...operationsRows(folder, isQuick)] };
}

function m4Rows(folder: string, isQuick: boolean): BenchRow[] {
  const all = readM4Hourly(folder);
  if (all === undefined) return [];
  const series = isQuick ? all.filter((_, i) => i % 4 === 0) : all;
  const rows: BenchRow[] = [];
  for (const back of isQuick ? [0] : [0, 48, 96]) {
    const own = scoreM4(series, createForecaster(), back);
    const naive = scoreM4(series, createForecaster({ member: 'seasonal-naive' }), back);
    const window = back === 0 ? 'last 48 held back' : `last 48 before the last ${back}`;
    rows.push({
      name: `M4 hourly, ${window}: OWA`,
      value: own.owa,
      unit: '',
      note: `sMAPE ${own.smape.toFixed(2)}, MASE ${own.mase.toFixed(3)}, ${series.length} series; seasonal naive ${naive.owa.toFixed(3)}`,
    });
    rows.push({ name: `M4 hourly, ${window}: 90 % interval covers`, value: 100 * (own.coverage ?? 0), unit: '%' });
    rows.push({
      name: `M4 hourly, ${window}: CPU a series`,
      value: own.cpuMs,
      unit: 'ms',
      note: `wall ${own.msMedian.toFixed(1)} ms at the median`,
    });
  }
  // Some members cost a hundred times the others: a few series tell enough.
  const few = all.filter((_, i) => i % (isQuick ? 16 : 6) === 0);
  for (const { name, about } of forecastMembers) {
    const alone = scoreM4(few, createForecaster({ member: name }));
    rows.push({
      name: `M4 hourly, ${name} alone: OWA`,
      value: alone.owa,
      unit: '',
      note: `${about}; ${few.length} series, ${alone.cpuMs.toFixed(1)} ms`,
    });
  }
  return rows;
}

function operationsRows(folder: string, isQuick: boolean): BenchRow[] {
  const all = readOperations(folder);
  const series = isQuick ? all.filter((_, i) => i % 4 === 0) : all;
  const limits = { origins: isQuick ? 20 : 100, longestMs: isQuick ? dayMs : 7 * dayMs };
  const scores = series.flatMap((each) => score(each, limits));
  const rows: BenchRow[] = [];
  for (const horizonMs of [...new Set(scores.flatMap((each) => each.horizons.map((h) => h.horizonMs)))].sort(
    (a, b) => a - b,
  )) {
    rows.push(...horizonRows(horizonMs, scores));
  }
  const worst = scores.map((each) => ({ id: each.id, ratio: geometricMean(each.horizons.map((h) => h.relativeMase)) }));
  worst.sort((a, b) => b.ratio - a.ratio);
  for (const { id, horizons } of scores)
    console.error(
      `${id}: ${horizons.map((h) => `${formatDuration(h.horizonMs)} ${h.relativeMase.toFixed(2)} (covers ${(100 * h.inside).toFixed(0)} %)`).join(', ')}`,
    );
  const single = scores.flatMap(({ id, horizons }) => horizons.map((h) => ({ id, ...h })));
  const lost = single.filter(({ relativeMase }) => relativeMase > 1.02).sort((a, b) => b.relativeMase - a.relativeMase);
  rows.push({
    name: 'operations, all horizons: MASE relative to seasonal naive',
    value: geometricMean(scores.flatMap((each) => each.horizons.map((h) => h.relativeMase))),
    unit: '',
    note: `geometric mean, ${scores.length} series, up to ${limits.origins} origins each; worst series ${worst
      .slice(0, 3)
      .map(({ id, ratio }) => `${id} ${ratio.toFixed(2)}`)
      .join(', ')}; ${worst.filter(({ ratio }) => ratio > 1.02).length} above 1.02`,
  });
  rows.push({
    name: 'operations, a single horizon of a series: above 1.02',
    value: lost.length,
    unit: '',
    note: `of ${single.length}; ${lost
      .slice(0, 5)
      .map(({ id, horizonMs, relativeMase }) => `${id} ${formatDuration(horizonMs)} ${relativeMase.toFixed(2)}`)
      .join(', ')}`,
  });
  rows.push({
    name: 'operations: CPU a forecast',
    value: mean(scores.map((each) => each.cpuMs)),
    unit: 'ms',
    note: 'horizon of a day or a week',
  });
  const few = series.filter((_, i) => i % (isQuick ? 4 : 5) === 0);
  for (const name of [undefined, ...forecastMembers.map((each) => each.name)]) {
    const alone = few.flatMap((each) => score(each, { origins: isQuick ? 5 : 10, longestMs: dayMs }, name));
    const values = alone.flatMap((each) => each.horizons.map((h) => h.relativeMase));
    rows.push({
      name: `operations, ${name === undefined ? 'the default on the same' : `${name} alone`}: MASE relative to seasonal naive`,
      value: geometricMean(values),
      unit: '',
      note: `${alone.length} series, ${isQuick ? 5 : 10} origins, up to a day`,
    });
  }
  return rows;
}

/** Scores one series, as far ahead as it is long enough for: the week where it holds four, else the day. */
function score(
  series: OperationsSeries,
  limits: { origins: number; longestMs: number },
  member?: string,
): SeriesScore[] {
  const longestMs =
    series.values.length * series.stepMs >= 25 * dayMs ? limits.longestMs : Math.min(limits.longestMs, dayMs);
  const found = scoreSeries(series, createForecaster(member === undefined ? {} : { member }), { ...limits, longestMs });
  return found === undefined ? [] : [found];
}

function horizonRows(horizonMs: number, scores: readonly SeriesScore[]): BenchRow[] {
  const found = scores.flatMap((each) => each.horizons.filter((h) => h.horizonMs === horizonMs));
  const of = (get: (h: HorizonScore) => number) => found.map(get);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const atOrBelow = (k: number) => percent(mean(of((h) => h.atOrBelow[k]!)));
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
      note: `median; mean ${mean(of((h) => h.skill)).toFixed(3)}`,
    },
    {
      name: `${name}: 1 - WAPE`,
      value: 100 * (1 - median(of((h) => h.wape))),
      unit: '%',
      note: `median; decision accuracy ${percent(mean(of((h) => h.decisionAccuracy)))}`,
    },
    {
      name: `${name}: 90 % interval covers`,
      value: 100 * mean(of((h) => h.inside)),
      unit: '%',
      note: `at or below 0.5: ${atOrBelow(1)}, 0.9: ${atOrBelow(2)}, 0.95: ${atOrBelow(3)}, 0.99: ${atOrBelow(4)}; pinball over the mean, median: ${[1, 2, 3, 4].map((k) => median(of((h) => h.pinball[k]!)).toFixed(4)).join(', ')}`,
    },
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map((value) => Math.log(Math.max(value, 0.01)))));
}

import { createForecaster, trainNetwork } from '@jaegis/analytics';
import { formatDuration } from '@jaegis/std';
import { type M4Score, readM4Hourly, scoreM4 } from './m4-hourly.ts';
import { type OperationsSeries, readOperations } from './operations-series.ts';
import { type HorizonScore, type SeriesScore, scoreSeries } from './rolling-origin.ts';

// What `npm run bench -- forecast` does in one go: each case is a few seconds to a minute, so that all cores have some and
// an interrupted suite goes on where it was.

export type ForecastCase = { readonly folder: string } & (
  | { readonly kind: 'm4'; readonly member: string | null; readonly back: number; readonly every: number }
  | { readonly kind: 'series'; readonly index: number; readonly origins: number; readonly longestMs: number }
  | { readonly kind: 'member'; readonly member: string | null; readonly every: number; readonly origins: number }
  | { readonly kind: 'network'; readonly data: 'm4' | 'operations'; readonly every: number }
);

export type CaseResult =
  | { readonly kind: 'm4'; readonly score: M4Score }
  | { readonly kind: 'series'; readonly scores: readonly SeriesScore[] }
  | { readonly kind: 'network'; readonly earned: readonly Earned[] };

/** What one forecaster got in the comparison with and without a network. */
export interface Earned {
  readonly name: string;
  readonly series: number;
  /** OWA on M4; MASE relative to seasonal naive of each horizon on operations series. */
  readonly values: readonly { readonly what: string; readonly value: number }[];
  /** A forecast, at the median. */
  readonly ms: number;
}

const dayMs = 86_400_000;
const networkRounds = 600;
const networkOrigins = 10;

export function runForecastCase(each: ForecastCase): CaseResult {
  switch (each.kind) {
    case 'm4': {
      const forecaster = createForecaster(each.member === null ? {} : { member: each.member });
      return { kind: 'm4', score: scoreM4(someOf(readM4Hourly(each.folder) ?? [], each.every), forecaster, each.back) };
    }
    case 'series':
      return { kind: 'series', scores: score([readOperations(each.folder)[each.index]!], each) };
    case 'member': {
      const o = { origins: each.origins, longestMs: dayMs, member: each.member };
      return { kind: 'series', scores: score(someOf(readOperations(each.folder), each.every), o) };
    }
    case 'network':
      return { kind: 'network', earned: each.data === 'm4' ? networkOnM4(each) : networkOnOperations(each) };
  }
}

export function someOf<T>(all: readonly T[], every: number): T[] {
  return all.filter((_, i) => i % every === 0);
}

/** Scores series as far ahead as they are long enough for: the week where one holds four, else the day. */
function score(
  series: readonly OperationsSeries[],
  o: { origins: number; longestMs: number; member?: string | null },
): SeriesScore[] {
  const forecaster = createForecaster(o.member == null ? {} : { member: o.member });
  return series.flatMap((each) => {
    const isLong = each.values.length * each.stepMs >= 25 * dayMs;
    const longestMs = isLong ? o.longestMs : Math.min(o.longestMs, dayMs);
    return scoreSeries(each, forecaster, { origins: o.origins, longestMs }) ?? [];
  });
}

/** A network of all 414 series without their last 48 values, which are what is forecast. */
function networkOnM4({ folder, every }: { folder: string; every: number }): Earned[] {
  const all = readM4Hourly(folder) ?? [];
  const known = all.map((values) => ({ start: 0, stepMs: 3_600_000, values: values.slice(0, -48) }));
  const network = trainNetwork(known, networkRounds);
  return Object.entries(forecastersOf(network)).map(([name, forecaster]) => {
    const { owa, series, msMedian } = scoreM4(someOf(all, every), forecaster);
    return { name, series, values: [{ what: 'OWA', value: owa }], ms: msMedian };
  });
}

/** A network of the first half (after a week) of every series; scored on origins in the second, which it has not seen. */
function networkOnOperations({ folder, every }: { folder: string; every: number }): Earned[] {
  const all = readOperations(folder).filter(({ values, stepMs }) => values.length * stepMs >= 9 * dayMs);
  const cutOf = ({ values, stepMs }: OperationsSeries) => Math.floor((values.length + (7 * dayMs) / stepMs) / 2);
  const known = all.map((each) => ({ start: 0, stepMs: each.stepMs, values: each.values.slice(0, cutOf(each)) }));
  const network = trainNetwork(known, networkRounds);
  return Object.entries(forecastersOf(network)).map(([name, forecaster]) => {
    const scores = someOf(all, every).flatMap(
      (each) => scoreSeries(each, forecaster, { origins: networkOrigins, longestMs: dayMs, from: cutOf(each) }) ?? [],
    );
    const horizons = [...new Set(scores.flatMap((each) => each.horizons.map(({ horizonMs }) => horizonMs)))];
    const values = horizons
      .sort((a, b) => a - b)
      .map((ms) => ({ what: formatDuration(ms), value: geometricMean(relativeAt(scores, ms)) }));
    return { name, series: scores.length, values, ms: meanOf(scores.map((each) => each.ms)) };
  });
}

function forecastersOf(network: ReturnType<typeof trainNetwork>) {
  return {
    'without it': createForecaster(),
    'with it': createForecaster({ network }),
    'it alone': createForecaster({ member: 'lstm', network }),
  };
}

function relativeAt(scores: readonly SeriesScore[], horizonMs: number): number[] {
  const at = (each: SeriesScore) => each.horizons.filter((h: HorizonScore) => h.horizonMs === horizonMs);
  return scores.flatMap(at).map((h) => h.relativeMase);
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}

/** Ratios of means over less than 0.01 count as 0.01: a series that is constant for a while must not decide. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(meanOf(values.map((value) => Math.log(Math.max(value, 0.01)))));
}

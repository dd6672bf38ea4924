/**
 * Which members stand up for a series: those that its length and seasons allow. One set of lags and constants for all
 * series, chosen on windows held back from the development data (docs/benchmarks.md tells what each earned).
 */

import { arima } from './arima.ts';
import { type ArOptions, autoregression } from './autoregression.ts';
import { holtWinters } from './holt-winters.ts';
import { dampedTrend, longMean, middleOf, recentMean } from './level.ts';
import { lstm } from './lstm.ts';
import type { Member, MemberContext, Seasons } from './member.ts';
import { mstl } from './mstl.ts';
import { persistence, seasonalNaive } from './naive.ts';
import { fadingProfile, middleProfile, movedProfile, profileOf } from './profile.ts';
import { prophet } from './prophet.ts';
import { theta } from './theta.ts';

/** Regressions may use at most this share of the history for their lags: the rest is what they learn from. */
const lagShare = 0.6;
/** In logarithms, this share of the mean is added: swings near zero are no growth. */
const logShare = 0.02;

interface MemberSpec {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  /** Left out of the default: it costs more than it earns there (docs/benchmarks.md). */
  readonly isAside?: boolean;
  /** The season that it is made of. */
  readonly kind?: SeasonKind;
  /** `undefined` when the series is too short or has no such season. */
  readonly create: (context: MemberContext) => Member | undefined;
}

type SeasonKind = Exclude<keyof Seasons, 'day'>;

const seasonWords: Readonly<Record<SeasonKind, { suffix: string; words: string }>> = {
  short: { suffix: '', words: 'the day (or the period that was found)' },
  long: { suffix: '-long', words: 'the week' },
  other: { suffix: '-other', words: 'a period found or given beside day and week' },
};

/** The first is what a series that allows nothing else gets. */
export const memberSpecs: readonly MemberSpec[] = [
  { name: 'persistence', about: 'the last value', create: ({ values }) => persistence(values) },
  {
    name: 'recent-mean',
    about: 'exponential smoothing over about six steps',
    create: ({ values }) => recentMean(values),
  },
  {
    name: 'recent-median',
    about: 'the middle of the last 25 values',
    create: ({ values }) => middleOf(values, 25, 'recent-median'),
  },
  {
    name: 'long-median',
    about: 'the middle of the last 2,000 values',
    create: ({ values }) => middleOf(values, 2_000, 'long-median'),
  },
  { name: 'damped-trend', about: "Holt's damped trend", create: ({ values }) => dampedTrend(values) },
  { name: 'long-mean', about: 'the mean of all', create: ({ values }) => longMean(values) },
  ...(['short', 'long', 'other'] as const).flatMap(seasonalSpecs),
  {
    name: 'ar',
    about: 'autoregression around the mean',
    create: (context) => {
      const { short, other } = context.seasons;
      const lags = [1, 2, 3, 4, 5, 6, 8, 12, ...around(other), ...around(short)];
      return regression(context, { name: 'ar', season: 0, lags, ridge: 0.0003 });
    },
  },
  ...regressionSpecs('short', [
    { name: 'ar-seasonal', about: 'autoregression on differences from the day before', ridge: 0.02 },
    { name: 'ar-seasonal-log', about: 'the same in logarithms', ridge: 0.02, isLog: true },
    {
      name: 'ar-profile-log',
      about: "autoregression around the day's profile, in logarithms",
      ridge: 0.02,
      isLog: true,
      profileRate: 0.2,
    },
  ]),
  ...regressionSpecs('long', [
    { name: 'ar-long', about: 'autoregression on differences from the week before', ridge: 0.01 },
    { name: 'ar-long-log', about: 'the same in logarithms', ridge: 0.01, isLog: true },
    { name: 'ar-profile-long', about: "autoregression around the week's profile", ridge: 0.01, profileRate: 0.4 },
    { name: 'ar-profile-long-log', about: 'the same in logarithms', ridge: 0.01, isLog: true, profileRate: 0.6 },
  ]),
  {
    name: 'theta',
    about: 'Theta on the series without its season',
    create: ({ values, seasons }) => theta(values, seasons.short),
  },
  {
    name: 'ets',
    about: "Holt and Winters' exponential smoothing, damped",
    isAside: true,
    create: ({ values, seasons }) => holtWinters(values, seasons.short),
  },
  {
    name: 'arima',
    about: 'seasonal ARIMA (2,0,1)(1,1,1) by Hannan and Rissanen',
    isAside: true,
    create: (context) => arima(context, context.seasons.short),
  },
  {
    name: 'mstl',
    about: 'seasons taken apart by STL for day and week, the rest continued by Theta',
    isAside: true,
    create: (context) => mstl(context, [context.seasons.short, context.seasons.long]),
  },
  {
    name: 'prophet',
    about: "Prophet's model: a bending trend and Fourier seasons",
    isAside: true,
    create: (context) =>
      prophet(context, [
        { period: context.seasons.short, order: 4 },
        { period: context.seasons.long, order: 3 },
      ]),
  },
  {
    name: 'lstm',
    about: 'a recurrent network trained on many series together',
    create: lstm,
  },
];

/** The members that a history allows; with a name, that one beside persistence, which stands in where it cannot forecast. */
export function createMembers(context: MemberContext, only?: string): Member[] {
  const specs =
    only === undefined
      ? memberSpecs.filter(({ isAside }) => isAside !== true)
      : memberSpecs.filter(({ name }) => name === only);
  const members = specs.flatMap(({ create }) => create(context) ?? []);
  return only === undefined || only === 'persistence' ? members : [persistence(context.values), ...members];
}

/** Of the members that a history allows, those that are made of its day or week. */
export function createSeasonal(context: MemberContext, only?: string): Member[] {
  return memberSpecs.flatMap(({ name, kind, create }) =>
    (kind === 'short' || kind === 'long') && (only === undefined || only === name) ? (create(context) ?? []) : [],
  );
}

function seasonalSpecs(kind: SeasonKind): MemberSpec[] {
  const { suffix, words } = seasonWords[kind];
  const spec = (
    name: string,
    about: string,
    make: (o: { values: Float64Array; period: number; name: string }) => Member,
  ) => ({
    name: name + suffix,
    kind,
    about: `${about}: ${words}`,
    create: ({ values, seasons }: MemberContext) => {
      const period = seasons[kind];
      return period >= 2 && values.length > period ? make({ values, period, name: name + suffix }) : undefined;
    },
  });
  return [
    spec('seasonal-naive', 'the value one period earlier', ({ values, period, name }) =>
      seasonalNaive(values, period, name),
    ),
    spec('profile', 'the usual shape, moved to the present level', ({ values, period, name }) => {
      const profile = profileOf(values, period, 0.3);
      return movedProfile(values, { name, period, profile, span: Math.min(period, 24) });
    }),
    spec('profile-fading', 'the usual shape and a fading deviation', ({ values, period, name }) =>
      fadingProfile(values, { name, period, profile: profileOf(values, period, 0.3) }),
    ),
    spec('profile-median', 'the middle of the last five periods', ({ values, period, name }) =>
      middleProfile(values, { name, period }),
    ),
  ];
}

interface RegressionSpec {
  readonly name: string;
  readonly about: string;
  readonly ridge: number;
  readonly isLog?: boolean;
  readonly profileRate?: number;
}

function regressionSpecs(kind: 'short' | 'long', specs: readonly RegressionSpec[]): MemberSpec[] {
  return specs.map(({ name, about, ridge, isLog, profileRate }) => ({
    name,
    about,
    kind,
    create: (context) => {
      const { short, long } = context.seasons;
      const season = context.seasons[kind];
      if (season < 4) return undefined;
      const logOffset = isLog === true ? logOffsetOf(context.values) : undefined;
      if (logOffset === 0) return undefined;
      const lags = kind === 'short' ? shortLags(short, long) : longLags(short, long);
      return regression(context, {
        name,
        season,
        lags,
        ridge,
        ...(logOffset === undefined ? {} : { logOffset }),
        ...(profileRate === undefined ? {} : { profileRate }),
      });
    },
  }));
}

function regression(context: MemberContext, options: ArOptions): Member | undefined {
  const room = lagShare * context.values.length - options.season;
  const lags = [...new Set(options.lags)].filter((lag) => lag >= 1 && lag <= room);
  return lags.length < 2 ? undefined : autoregression(context, { ...options, lags });
}

function around(season: number): number[] {
  return season >= 4 ? [season - 1, season, season + 1] : [];
}

function shortLags(short: number, long: number): number[] {
  const near = [1, 2, 3, 4, 5, 6, short - 2, short - 1, short, short + 1, short + 2];
  const far = [2 * short, 2 * short + 1, 3 * short, 4 * short, 5 * short];
  return long > short ? [...near, ...far, long - short, long - short + 1, long, long + 1] : [...near, ...far];
}

function longLags(short: number, long: number): number[] {
  return [1, 2, 3, ...around(short), 2 * short, 2 * short + 1, long, long + 1];
}

/** 0 where logarithms make no sense. */
function logOffsetOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) {
    if (value < 0) return 0;
    sum += value;
  }
  return (logShare * sum) / values.length;
}

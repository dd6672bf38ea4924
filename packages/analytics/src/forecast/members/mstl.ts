/**
 * MSTL (Bandara, Hyndman, Bergmeir 2021): the series is taken apart into one season per period, a trend and a rest, by
 * running STL (Cleveland et al. 1990) for each period in turn on what the others leave, twice over. Forecast: each season
 * repeats its newest cycle, the series without its seasons is continued by Theta (theta.ts).
 * Taken apart anew as of every origin, since STL looks at both sides of a value: that is its price.
 * Bad at: a shape that changes at once, and what depends on the day's level (it has no memory of the deviation).
 */
import { loess } from './loess.ts';
import type { Member, MemberContext } from './member.ts';
import { theta } from './theta.ts';

const rounds = 2;
const innerRounds = 2;
/** Cycles that a season is smoothed over, for the first period and for each further one (the paper's 7 + 4 i). */
const seasonWindows = [11, 15, 19];
/** Only so many of the longest period's cycles are taken apart: older shapes are of little use and cost time. */
const cyclesKept = 12;

export function mstl({ values }: MemberContext, periods: readonly number[]): Member | undefined {
  const usable = [...new Set(periods)].filter((period) => period >= 2).sort((a, b) => a - b);
  if (usable.length === 0) return undefined;
  const longest = usable.at(-1)!;
  const from = 2 * longest + 1;
  if (values.length <= from) return undefined;
  return {
    name: 'mstl',
    from,
    predict(origin, out) {
      const start = Math.max(0, origin + 1 - cyclesKept * longest);
      const known = values.slice(start, origin + 1);
      const seasons = takeApart(known, usable);
      const adjusted = known.map((value, t) => seasons.reduce((rest, season) => rest - season[t]!, value));
      theta(adjusted, 0).predict(known.length - 1, out);
      usable.forEach((period, k) => {
        const season = seasons[k]!;
        const newest = known.length - period;
        for (let h = 0; h < out.length; h++) out[h] = out[h]! + season[newest + (h % period)]!;
      });
    },
  };
}

/** One season per period, each as long as `values`; the periods ascend. */
export function takeApart(values: Float64Array, periods: readonly number[]): Float64Array[] {
  const seasons = periods.map(() => new Float64Array(values.length));
  const rest = values.slice();
  for (let round = 0; round < rounds; round++) {
    periods.forEach((period, k) => {
      const own = seasons[k]!;
      for (let t = 0; t < rest.length; t++) rest[t] = rest[t]! + own[t]!;
      own.set(seasonOf(rest, period, seasonWindows[Math.min(k, seasonWindows.length - 1)]!));
      for (let t = 0; t < rest.length; t++) rest[t] = rest[t]! - own[t]!;
    });
  }
  return seasons;
}

/** STL's inner loop: season and trend in turn. */
function seasonOf(values: Float64Array, period: number, window: number): Float64Array {
  const n = values.length;
  const trend = new Float64Array(n);
  let season = new Float64Array(n);
  const trendWindow = oddOf(Math.ceil((1.5 * period) / (1 - 1.5 / window)));
  for (let round = 0; round < innerRounds; round++) {
    const detrended = values.map((value, t) => value - trend[t]!);
    const cycles = smoothCycles(detrended, period, window);
    // What is slow in the smoothed cycles is trend, not season.
    const slow = loess(movingMean(movingMean(movingMean(cycles, period), period), 3), {
      window: oddOf(period),
      jump: Math.ceil(period / 10),
    });
    season = new Float64Array(n);
    for (let t = 0; t < n; t++) season[t] = cycles[t + period]! - slow[t]!;
    trend.set(
      loess(
        values.map((value, t) => value - season[t]!),
        { window: trendWindow, jump: Math.ceil(trendWindow / 10) },
      ),
    );
  }
  return season;
}

/** Each phase of the period smoothed over its cycles, one cycle further on both sides: n + 2 periods long. */
function smoothCycles(values: Float64Array, period: number, window: number): Float64Array {
  const out = new Float64Array(values.length + 2 * period);
  for (let phase = 0; phase < period; phase++) {
    const count = Math.ceil((values.length - phase) / period);
    const own = new Float64Array(count);
    for (let c = 0; c < count; c++) own[c] = values[phase + c * period]!;
    const smooth = loess(own, { window }, true);
    for (let c = 0; c < count + 2; c++) out[phase + c * period] = smooth[c]!;
  }
  return out;
}

/** Plain means of `width` neighbours: `width - 1` values shorter. */
function movingMean(values: Float64Array, width: number): Float64Array {
  const out = new Float64Array(values.length - width + 1);
  let sum = 0;
  for (let t = 0; t < values.length; t++) {
    sum += values[t]!;
    if (t >= width) sum -= values[t - width]!;
    if (t >= width - 1) out[t - width + 1] = sum / width;
  }
  return out;
}

function oddOf(value: number): number {
  return value % 2 === 0 ? value + 1 : value;
}

/**
 * Rolling-origin scores of a forecaster on one series: after a warm-up of seven days, from each of the origins it sees the
 * past only and forecasts as far as the longest horizon that leaves room for the origins. Per horizon H, over steps 1..H of
 * every origin, gaps left out:
 *   WAPE, MASE relative to the daily seasonal naive (ratio of mean absolute errors), skill = 1 - MAE / better naive's MAE,
 *   pinball loss over the mean of |truth|, share of truths at or below each quantile, decision accuracy: share of steps with
 *   |predicted - needed replicas| <= max(1, 5 %), where the 99th percentile of the warm-up needs 40 replicas.
 * `atEnd` is the relative MASE at step H alone: the lead-time reading of the same horizon.
 */
import type { Forecaster } from '@jaegis/analytics';
import type { OperationsSeries } from './operations-series.ts';

const dayMs = 86_400_000;
export const scoredQuantiles = [0.05, 0.5, 0.9, 0.95, 0.99];
const horizonsMs = [300_000, 900_000, 3_600_000, 21_600_000, dayMs, 7 * dayMs];
const peakReplicas = 40;

export interface HorizonScore {
  readonly horizonMs: number;
  readonly wape: number;
  readonly relativeMase: number;
  readonly atEnd: number;
  readonly skill: number;
  readonly pinball: readonly number[];
  readonly atOrBelow: readonly number[];
  /** Share of truths between the 0.05 and the 0.95 quantile. */
  readonly inside: number;
  readonly decisionAccuracy: number;
}

export interface SeriesScore {
  readonly id: string;
  readonly origins: number;
  readonly horizons: readonly HorizonScore[];
  /** Of a forecast, at the median. */
  readonly ms: number;
}

/** Origins lie after `from` (left out: the first seven days). `undefined` when the series is too short for ten of an hour. */
export function scoreSeries(
  series: OperationsSeries,
  forecaster: Forecaster,
  o: { origins: number; longestMs: number; from?: number },
): SeriesScore | undefined {
  const { values, stepMs } = series;
  const day = Math.round(dayMs / stepMs);
  const warm = o.from ?? 7 * day;
  const usable = horizonsMs.filter(
    (ms) => ms <= o.longestMs && ms >= stepMs && values.length - warm - ms / stepMs >= Math.min(o.origins, 100),
  );
  if (usable.length === 0) return undefined;
  const steps = usable.map((ms) => Math.round(ms / stepMs));
  const longest = steps.at(-1)!;
  const room = values.length - longest - warm;
  const count = Math.min(o.origins, room);
  const tallies = steps.map(() => new Tally());
  const capacity = peakOf(values.subarray(0, warm)) / peakReplicas;
  const took: number[] = [];
  for (let k = 0; k < count; k++) {
    const origin = warm + Math.floor((room * (k + 0.5)) / count);
    const known = values.slice(0, origin);
    const startedAt = performance.now();
    const result = forecaster.forecast(
      { start: 0, stepMs, values: known },
      { horizon: longest, quantiles: scoredQuantiles },
    );
    took.push(performance.now() - startedAt);
    const last = lastKnown(known);
    const quantiles = scoredQuantiles.map((q) => result.quantiles[String(q)]!);
    for (let h = 0; h < longest; h++) {
      const truth = values[origin + h]!;
      if (!Number.isFinite(truth)) continue;
      const seasonal = sameTimeBefore(known, { place: origin + h, day, otherwise: last });
      const naive = { last: Math.abs(truth - last), seasonal: Math.abs(truth - seasonal) };
      const said = { truth, mean: result.mean[h]!, quantiles: quantiles.map((each) => each[h]!), capacity };
      for (let b = 0; b < steps.length; b++) {
        if (h < steps[b]!) tallies[b]!.add(said, naive, h === steps[b]! - 1);
      }
    }
  }
  return {
    id: series.id,
    origins: count,
    horizons: usable.map((horizonMs, b) => tallies[b]!.score(horizonMs)),
    ms: took.sort((a, b) => a - b)[took.length >> 1]!,
  };
}

interface Said {
  readonly truth: number;
  readonly mean: number;
  readonly quantiles: readonly number[];
  readonly capacity: number;
}

class Tally {
  #count = 0;
  #error = 0;
  #level = 0;
  #last = 0;
  #seasonal = 0;
  #endError = 0;
  #endSeasonal = 0;
  #right = 0;
  #inside = 0;
  readonly #pinball = new Float64Array(scoredQuantiles.length);
  readonly #below = new Float64Array(scoredQuantiles.length);

  add(said: Said, naive: { last: number; seasonal: number }, isEnd: boolean): void {
    const error = Math.abs(said.truth - said.mean);
    this.#count++;
    this.#error += error;
    this.#level += Math.abs(said.truth);
    this.#last += naive.last;
    this.#seasonal += naive.seasonal;
    if (isEnd) {
      this.#endError += error;
      this.#endSeasonal += naive.seasonal;
    }
    const needed = Math.ceil(said.truth / said.capacity);
    const planned = Math.ceil(said.mean / said.capacity);
    if (Math.abs(needed - planned) <= Math.max(1, 0.05 * needed)) this.#right++;
    if (said.truth >= said.quantiles[0]! && said.truth <= said.quantiles[3]!) this.#inside++;
    scoredQuantiles.forEach((q, k) => {
      const gap = said.truth - said.quantiles[k]!;
      this.#pinball[k] = this.#pinball[k]! + (gap >= 0 ? q * gap : (q - 1) * gap);
      if (gap <= 0) this.#below[k] = this.#below[k]! + 1;
    });
  }

  score(horizonMs: number): HorizonScore {
    const tiny = 1e-12 * Math.max(this.#level, 1e-300);
    return {
      horizonMs,
      wape: this.#error / (this.#level || 1),
      relativeMase: (this.#error + tiny) / (this.#seasonal + tiny),
      atEnd: (this.#endError + tiny) / (this.#endSeasonal + tiny),
      skill: 1 - (this.#error + tiny) / (Math.min(this.#seasonal, this.#last) + tiny),
      pinball: Array.from(this.#pinball, (sum) => sum / (this.#level || 1)),
      atOrBelow: Array.from(this.#below, (sum) => sum / (this.#count || 1)),
      inside: this.#inside / (this.#count || 1),
      decisionAccuracy: this.#right / (this.#count || 1),
    };
  }
}

function lastKnown(values: Float64Array): number {
  for (let i = values.length - 1; i >= 0; i--) if (Number.isFinite(values[i]!)) return values[i]!;
  return 0;
}

/** The value a day before, or two days, and so on, at the first that is known. */
function sameTimeBefore(known: Float64Array, o: { place: number; day: number; otherwise: number }): number {
  for (let i = o.place - o.day; i >= 0; i -= o.day) {
    if (i < known.length && Number.isFinite(known[i]!)) return known[i]!;
  }
  return o.otherwise;
}

function peakOf(values: Float64Array): number {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  return Math.max(sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 1, 1e-9);
}

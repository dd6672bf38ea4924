import type { DecisionForecast, Forecast } from '@jaegis/model';
import { formatDuration, shortNumber } from '@jaegis/std';
import type { Capacity } from './capacity/capacity.ts';
import type { ScalingConfig } from './scaling-config.ts';

export interface Prediction {
  readonly forecast: DecisionForecast;
  /** Replicas for the peak at full trust, before rounding; `null` without a capacity. */
  readonly replicas: number | null;
  readonly why: string;
  /** The history that it was made from, milliseconds. */
  readonly seenMs: number;
}

/**
 * The floor that tomorrow puts under today: the highest demand, at the policy's quantile, that is forecast for the time
 * that an order of now needs to serve (start-up + one interval), over the capacity of a replica at its intended use.
 * `undefined` when there is no usable forecast for that stretch.
 */
export function predict(o: {
  forecast: Forecast | null;
  config: ScalingConfig;
  capacity: Capacity | null;
  startupMs: number;
  now: number;
}): Prediction | undefined {
  const { forecast, config, capacity, now } = o;
  if (forecast === null || config.predictive === 'off' || !(forecast.step > 0)) return undefined;
  const horizonMs = o.startupMs + config.intervalMs;
  const first = Math.max(0, Math.floor((now - forecast.madeAt) / forecast.step) - 1);
  const last = Math.ceil((now + horizonMs - forecast.madeAt) / forecast.step) - 1;
  if (last < 0 || first >= forecast.mean.length) return undefined;
  const { quantile } = config.policy;
  const peak = peakBetween(quantileOf(forecast, quantile), first, last);
  const median = peakBetween(quantileOf(forecast, 0.5), first, last);
  if (peak === undefined) return undefined;
  const trust = Number.isFinite(forecast.trust) ? Math.min(1, Math.max(0, forecast.trust)) : 0;
  const serves = capacity === null ? null : capacity.perReplica * config.policy.utilization;
  return {
    forecast: {
      signal: forecast.series['signal'] ?? 'request_rate',
      model: forecast.model,
      quantile,
      peak,
      median: median ?? peak,
      horizonMs,
      trust,
    },
    replicas: serves === null ? null : peak / serves,
    seenMs: (forecast.points ?? Number.POSITIVE_INFINITY) * forecast.step,
    why:
      `${shortNumber(peak)} requests/s expected within ${formatDuration(horizonMs)} ` +
      `(quantile ${quantile}, ${forecast.model}, trust ${shortNumber(trust)})`,
  };
}

/** The series at quantile `q`, between the two nearest that the forecast has; the mean where it has none. */
function quantileOf(forecast: Forecast, q: number): readonly number[] {
  const keys = Object.keys(forecast.quantiles)
    .map((text) => ({ text, at: Number(text) }))
    .filter((key) => Number.isFinite(key.at))
    .sort((a, b) => a.at - b.at);
  const above = keys.find((key) => key.at >= q);
  const below = keys.findLast((key) => key.at <= q);
  const upper = forecast.quantiles[(above ?? below)?.text ?? ''];
  const lower = forecast.quantiles[(below ?? above)?.text ?? ''];
  if (above === undefined || below === undefined || upper === undefined || lower === undefined) {
    return upper ?? lower ?? forecast.mean;
  }
  if (above.at === below.at) return upper;
  const share = (q - below.at) / (above.at - below.at);
  return lower.map((value, i) => value + share * ((upper[i] ?? value) - value));
}

function peakBetween(values: readonly number[], first: number, last: number): number | undefined {
  let peak: number | undefined;
  for (let i = first; i <= Math.min(last, values.length - 1); i++) {
    const value = values[i]!;
    if (Number.isFinite(value) && value >= 0 && value > (peak ?? -1)) peak = value;
  }
  return peak;
}

/** A forecast of a shorter history takes the newest step for the beginning of more: it was seen to ask for twice what a step needed. */
const youngMs = 6 * 3_600_000;

/** Replicas that a forecast may ask for where the load asks for `need` by itself: of a young history no more than that. */
export function believed({ replicas, seenMs }: { replicas: number; seenMs: number }, need: number): number {
  return seenMs < youngMs ? Math.min(replicas, need) : replicas;
}

/** The floor after trust: nothing at trust 0, all of the difference to what is needed now at trust 1. Never below it. */
export function fadedFloor(reactive: number, predicted: number, trust: number): number {
  return reactive + trust * Math.max(0, predicted - reactive);
}

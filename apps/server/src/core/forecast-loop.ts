import { ForecastTrust } from '@jaegis/analytics';
import { type Forecast, signalMetric } from '@jaegis/model';
import type { Fleet } from './fleet.ts';
import { historyOf } from './forecast-history.ts';
import { type Forecasted, forecastsOf, type Reach } from './forecast-reaches.ts';
import type { PoolEntry } from './pool-book.ts';

/** So many of the newest steps are shown to the waiting forecasts: more than pass between two turns. */
const scoredSteps = 8;
/** Within which share of half a minute all pools must have had their turn. */
const spreadRuns = 20;

const dayMs = 86_400_000;

/** Fleets whose forecasts are being made: a turn that takes longer than a second is not joined by the next. */
const busy = new WeakSet<Fleet>();

/**
 * Called every second: scores the forecasts whose time has come and makes new ones, a few pools at a time and one after the
 * other (in a worker thread, where there is one), so that what a thousand pools need never holds up what comes in.
 */
export async function runForecasts(fleet: Fleet, now: number): Promise<void> {
  if (busy.has(fleet)) return;
  busy.add(fleet);
  try {
    await forecastDue(fleet, now);
  } finally {
    busy.delete(fleet);
  }
}

async function forecastDue(fleet: Fleet, now: number): Promise<void> {
  const pools = fleet.pools.list().filter((entry) => entry.config?.predictive.mode !== 'off');
  const due = pools.flatMap((entry) =>
    forecastsOf(entry.config).flatMap((wanted) => {
      const late = now - (entry.forecastAt.get(wanted.key) ?? 0) - wanted.reach.everyMs;
      return late >= 0 ? [{ entry, wanted, late: late / wanted.reach.everyMs }] : [];
    }),
  );
  due.sort((a, b) => b.late - a.late);
  for (const { entry, wanted } of due.slice(0, Math.max(2, Math.ceil(pools.length / spreadRuns)))) {
    entry.forecastAt.set(wanted.key, now);
    await forecastOne(fleet, entry, wanted, now);
  }
}

async function forecastOne(fleet: Fleet, entry: PoolEntry, wanted: Forecasted, now: number): Promise<void> {
  const { signal, reach, key } = wanted;
  const history = historyOf(fleet, { pool: entry.name, signal, reach }, now);
  if (history === undefined || history.values.length < reach.leastPoints) {
    entry.forecasts.delete(key);
    return;
  }
  const trust = trustOf(fleet, `${entry.name}/${key}`);
  const last = history.values.at(-1) ?? Number.NaN;
  // Every step since the last turn is a truth that a forecast may wait for.
  for (let k = Math.max(0, history.values.length - scoredSteps); k < history.values.length; k++)
    trust.observe(history.start + k * reach.stepMs, history.values[k]!);
  const { horizon, quantiles } = reach;
  const result = await fleet.forecaster.forecast(history, { horizon, quantiles });
  const forecast: Forecast = {
    series: { __name__: signalMetric.pool, pool: entry.name, signal },
    madeAt: history.start + (history.values.length - 1) * reach.stepMs,
    step: reach.stepMs,
    reach: reach.name,
    mean: result.mean,
    quantiles: result.quantiles,
    model: result.model,
    trust: trust.trust,
    points: history.values.length,
    ...(result.weights === undefined ? {} : { weights: result.weights }),
    ...(result.note === undefined ? {} : { note: result.note }),
  };
  const share = result.weights?.['lstm'];
  if (share !== undefined)
    fleet.selfMetrics.set('jaegis_forecast_network_weight_ratio', share, {
      pool: entry.name,
      signal,
      reach: reach.name,
    });
  trust.record(forecast, { last, ...dayBefore(history.values, reach) });
  entry.forecasts.set(key, forecast);
}

/** What was seen a day earlier at each step: the naive forecast that the far ones must beat. */
function dayBefore(values: Float64Array, { stepMs, horizon }: Reach): { seasonal?: number[] } {
  const day = dayMs / stepMs;
  if (values.length < day) return {};
  return { seasonal: Array.from({ length: horizon }, (_, h) => values[values.length - day + (h % day)]!) };
}

function trustOf(fleet: Fleet, key: string): ForecastTrust {
  let trust = fleet.trust.get(key);
  if (trust === undefined) {
    trust = ForecastTrust.fromJSON(fleet.metadata.getState(`trust/${key}`));
    fleet.trust.set(key, trust);
  }
  return trust;
}

import { ForecastTrust } from '@jaegis/analytics';
import { type Forecast, type SignalName, signalMetric } from '@jaegis/model';
import type { Fleet } from './fleet.ts';
import type { PoolEntry } from './pool-book.ts';

/** Demand: what sizes follow. */
const forecastSignals: readonly SignalName[] = ['request_rate'];
const stepMs = 15_000;
/** An hour ahead. */
const horizon = 240;
const historyPoints = 1_920;
const quantiles = [0.05, 0.5, 0.6, 0.8, 0.9, 0.95, 0.99];

/** So many of the newest steps are shown to the waiting forecasts: more than pass between two turns. */
const scoredSteps = 8;
/** How often a pool's forecast is made anew. */
const everyMs = 30_000;
/** Within which share of that all pools must have had their turn. */
const spreadRuns = 20;

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
  const due = pools.filter((entry) => now - entry.forecastAt >= everyMs);
  due.sort((a, b) => a.forecastAt - b.forecastAt);
  for (const entry of due.slice(0, Math.ceil(pools.length / spreadRuns))) {
    entry.forecastAt = now;
    for (const signal of forecastSignals) await forecastSignal(fleet, entry, signal, now);
  }
}

async function forecastSignal(fleet: Fleet, entry: PoolEntry, signal: SignalName, now: number): Promise<void> {
  const history = historyOf(fleet, entry.name, signal, now);
  if (history === undefined) return;
  const key = `${entry.name}/${signal}`;
  let trust = fleet.trust.get(key);
  if (trust === undefined) {
    trust = ForecastTrust.fromJSON(fleet.metadata.getState(`trust/${key}`));
    fleet.trust.set(key, trust);
  }
  const last = history.values.at(-1) ?? Number.NaN;
  // Every step since the last turn is a truth that a forecast may wait for.
  for (let k = Math.max(0, history.values.length - scoredSteps); k < history.values.length; k++)
    trust.observe(history.start + k * stepMs, history.values[k]!);
  const result = await fleet.forecaster.forecast(history, { horizon, quantiles });
  const madeAt = history.start + (history.values.length - 1) * stepMs;
  const forecast: Forecast = {
    series: { __name__: signalMetric.pool, pool: entry.name, signal },
    madeAt,
    step: stepMs,
    mean: result.mean,
    quantiles: result.quantiles,
    model: result.model,
    trust: trust.trust,
    ...(result.note === undefined ? {} : { note: result.note }),
  };
  trust.record(forecast, { last });
  entry.forecasts.set(signal, forecast);
}

/** The signal's means on a 15 s grid up to the last whole step, NaN where nothing was seen; `undefined` when nothing is known. */
function historyOf(
  fleet: Fleet,
  pool: string,
  signal: SignalName,
  now: number,
): { start: number; stepMs: number; values: Float64Array } | undefined {
  const end = Math.floor(now / stepMs) * stepMs;
  const from = end - historyPoints * stepMs;
  const matchers = [
    { name: '__name__', op: '=', value: signalMetric.pool },
    { name: 'pool', op: '=', value: pool },
    { name: 'signal', op: '=', value: signal },
  ] as const;
  const [series] = fleet.store.select(matchers, from + 1, end);
  if (series === undefined || series.timestamps.length === 0) return undefined;
  const first = Math.max(0, Math.floor((series.timestamps[0]! - from - 1) / stepMs));
  const sums = new Float64Array(historyPoints - first);
  const counts = new Float64Array(historyPoints - first);
  for (let i = 0; i < series.timestamps.length; i++) {
    const slot = Math.floor((series.timestamps[i]! - from - 1) / stepMs) - first;
    const value = series.values[i]!;
    if (slot < 0 || slot >= sums.length || Number.isNaN(value)) continue;
    sums[slot] = sums[slot]! + value;
    counts[slot] = counts[slot]! + 1;
  }
  // Slot k covers (from + k*step, from + (k+1)*step] and is named by its end.
  return {
    start: from + (first + 1) * stepMs,
    stepMs,
    values: sums.map((sum, i) => (counts[i] === 0 ? Number.NaN : sum / counts[i]!)),
  };
}

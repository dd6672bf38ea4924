import { type Forecast, type SignalName, signals } from '@jaegis/model';
import { formatDuration, formatValue } from '@jaegis/std';
import type { Condition } from './conditions.ts';
import type { Fleet } from './fleet.ts';
import { forecastKey } from './forecast-reaches.ts';
import { isBeyondObjective, isCapacitySignal } from './objectives.ts';
import type { PoolEntry } from './pool-book.ts';
import { severityOf } from './severity.ts';

/** Below this the forecast is no better than a naive one, and alarms nobody. */
const leastTrust = 0.5;

/** What the forecasts of a pool say will be beyond what it can do or promised. */
export function forecastConditions(fleet: Fleet, entry: PoolEntry, now: number): Condition[] {
  return [...demandBreach(fleet, entry, now), ...objectiveBreaches(fleet, entry, now)];
}

/** More demand than the most replicas serve: within the hour, else within the day. */
function demandBreach(fleet: Fleet, entry: PoolEntry, now: number): Condition[] {
  const capacity = entry.config?.capacity?.requests_per_second ?? entry.state.capacity.perReplica;
  const most = entry.config?.replicas.max;
  if (capacity === null || most === undefined) return [];
  for (const reach of ['hour', 'day'] as const) {
    const met = crossing(entry.forecasts.get(forecastKey('request_rate', reach)), (demand) => demand > capacity * most);
    if (met === undefined) continue;
    return [
      {
        key: `forecast/${entry.name}/request_rate`,
        kind: 'forecast_breach',
        severity: reach === 'day' ? 'info' : severityOf(fleet, entry.name, 'warning'),
        pool: entry.name,
        agent: null,
        signal: 'request_rate',
        summary: `${entry.name} will need more than its ${most} replicas in ${formatDuration(Math.max(0, met.at - now))}`,
        dueAt: met.at,
        reason: `forecast demand is ${formatValue(met.value, '1/s')}, ${most} replicas serve ${formatValue(capacity * most, '1/s')}; raise replicas.max or shed load`,
      },
    ];
  }
  return [];
}

/** A signal on its way beyond its objective, which it keeps now. What the scaler works with (utilization) is its business. */
function objectiveBreaches(fleet: Fleet, entry: PoolEntry, now: number): Condition[] {
  return (entry.config?.objectives ?? []).flatMap(({ signal: name, target }) => {
    const signal = name as SignalName;
    const { unit } = signals[signal];
    const value = entry.signals[signal]?.value ?? null;
    if (value === null || isCapacitySignal(signal)) return [];
    const isBeyond = (each: number) => isBeyondObjective(signal, each, target);
    const met = isBeyond(value) ? undefined : crossing(entry.forecasts.get(signal), isBeyond);
    if (met === undefined) return [];
    const words = signal.replaceAll('_', ' ');
    return [
      {
        key: `forecast/${entry.name}/${signal}`,
        kind: 'forecast_breach' as const,
        severity: severityOf(fleet, entry.name, 'warning'),
        pool: entry.name,
        agent: null,
        signal,
        summary: `${entry.name}: ${words} will be beyond its objective in ${formatDuration(Math.max(0, met.at - now))}`,
        dueAt: met.at,
        reason: `${words} is ${formatValue(value, unit)}, its forecast ${formatValue(met.value, unit)}, the objective ${formatValue(target, unit)}`,
        value,
        expected: target,
      },
    ];
  });
}

/** The first step at which the middle of a trusted forecast is beyond. */
function crossing(
  forecast: Forecast | undefined,
  isBeyond: (value: number) => boolean,
): { at: number; value: number } | undefined {
  const median = forecast?.quantiles['0.5'];
  if (forecast === undefined || median === undefined || forecast.trust < leastTrust) return undefined;
  const index = median.findIndex(isBeyond);
  return index < 0 ? undefined : { at: forecast.madeAt + (index + 1) * forecast.step, value: median[index]! };
}

import type { Forecast, ForecastReach, Pool } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { forecastsQuery } from '../../data/queries.ts';
import { futureOf } from '../../time/future.ts';
import type { TimeWindow } from '../../time/use-window.ts';

const hourMs = 3_600_000;
/** How much of the past is in view, and which forecast goes with it. */
const reaches: readonly { readonly reach: ForecastReach; readonly from: number; readonly reachMs: number }[] = [
  { reach: 'week', from: 72 * hourMs, reachMs: 168 * hourMs },
  { reach: 'day', from: 6 * hourMs, reachMs: 24 * hourMs },
  { reach: 'hour', from: 0, reachMs: hourMs },
];
const nothing: readonly Forecast[] = [];

/** The forecast of a pool's demand that goes with the view, and how far the charts of the pool go on for it. */
export function usePoolForecast(pool: Pool, window: TimeWindow): { forecast: Forecast | undefined; futureMs: number } {
  const forecasts = useQuery(forecastsQuery({ pool: pool.name, signal: 'request_rate' })).data?.items ?? nothing;
  const length = window.to - window.from;
  // The farthest that goes with the view and is known already; a young fleet has the hour only.
  const { forecast, reachMs } = reaches
    .filter(({ from }) => length > from)
    .map(({ reach, reachMs }) => ({ forecast: forecasts.find((each) => (each.reach ?? 'hour') === reach), reachMs }))
    .reduce((best, each) => (best.forecast === undefined ? each : best));
  return { forecast, futureMs: forecast === undefined ? 0 : futureOf(window, reachMs) };
}

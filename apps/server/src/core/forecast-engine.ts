import { createForecaster, type ForecastOptions, type ForecastResult, type History } from '@jaegis/analytics';

/** Who calculates forecasts: here and now in simulations, a worker thread in the server, so that ingest never waits. */
export interface ForecastEngine {
  /** Rejects when it could not; the caller tries again at its next turn. */
  forecast(history: History, options: ForecastOptions): Promise<ForecastResult>;
}

/** Calculates in this thread. */
export function inlineForecastEngine(): ForecastEngine {
  const forecaster = createForecaster();
  return { forecast: async (history, options) => forecaster.forecast(history, options) };
}

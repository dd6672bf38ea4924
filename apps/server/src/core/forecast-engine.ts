import {
  createForecaster,
  type ForecastNetwork,
  type ForecastOptions,
  type ForecastResult,
  type History,
} from '@jaegis/analytics';

/** Who calculates forecasts: here and now in simulations, a worker thread in the server, so that ingest never waits. */
export interface ForecastEngine {
  /** Rejects when it could not; the caller tries again at its next turn. */
  forecast(history: History, options: ForecastOptions): Promise<ForecastResult>;
  /** From now on this network competes in every forecast. */
  useNetwork(network: ForecastNetwork): void;
}

/** Calculates in this thread. */
export function inlineForecastEngine(): ForecastEngine {
  let forecaster = createForecaster();
  return {
    forecast: async (history, options) => forecaster.forecast(history, options),
    useNetwork: (network) => {
      forecaster = createForecaster({ network });
    },
  };
}

import type { ForecastNetwork, History } from '@jaegis/analytics';

/** Plain data for another thread. */
export interface NetworkJob {
  readonly series: readonly History[];
  /** Batches to train with. */
  readonly rounds: number;
  readonly goesOn?: ForecastNetwork | undefined;
}

export interface TrainedNetwork {
  readonly network: ForecastNetwork;
  /** On what was held back, in units of each series' usual error of a naive forecast; before and after. */
  readonly loss: number;
  readonly firstLoss: number;
  /** How many series were long enough to learn from. */
  readonly series: number;
  readonly busyMs: number;
}

/** Who trains the forecasting network: a thread of its own in the server, nobody in simulations. */
export interface NetworkTrainer {
  /** Rejects when it could not; one at a time. */
  train(job: NetworkJob): Promise<TrainedNetwork>;
}

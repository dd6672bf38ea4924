/** Turns the history of one series into what comes next. Pure: the same history gives the same forecast. */
export interface Forecaster {
  readonly name: string;
  /**
   * `mean[i]` and each quantile's `[i]` are for `history.start + (values.length + i) * stepMs`.
   * All numbers finite, quantiles never cross, whatever the history holds.
   */
  forecast(history: History, options: ForecastOptions): ForecastResult;
}

/** For who may not be kept waiting for a whole forecast. */
export interface ForecasterInParts {
  /** Does about half of the work now and the rest when what it answers is called; together they are `forecast`. */
  begin(history: History, options: ForecastOptions): () => ForecastResult;
}

export interface History {
  /** Epoch milliseconds of the first value. */
  readonly start: number;
  readonly stepMs: number;
  /** Evenly spaced, oldest first; NaN is missing. Values that are not finite count as missing. */
  readonly values: Float64Array;
}

export interface ForecastOptions {
  /** Steps ahead, 1 to 10,000. */
  readonly horizon: number;
  /** Each above 0 and below 1. */
  readonly quantiles: readonly number[];
  /** Periods (in steps) that are known to matter, tried beside the learned one. */
  readonly periods?: readonly number[];
}

export interface ForecastResult {
  readonly mean: readonly number[];
  /** Keyed by the quantile as text: `0.05`. */
  readonly quantiles: Readonly<Record<string, readonly number[]>>;
  /** What was chosen: the heaviest members, joined by `+`. */
  readonly model: string;
  /** Why the forecast is plainer than usual. */
  readonly note?: string;
  /** Each member's share, averaged over the horizon; they add up to 1. */
  readonly weights?: Readonly<Record<string, number>>;
}

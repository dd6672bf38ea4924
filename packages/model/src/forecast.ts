export type ForecastReach = 'hour' | 'day' | 'week';

/** A forecast of one series: `mean[i]` and `quantiles[q][i]` are for `madeAt + (i + 1) * step`. */
export interface Forecast {
  readonly series: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly madeAt: number;
  /** Milliseconds between points. */
  readonly step: number;
  /** How far it looks; left out is an hour. */
  readonly reach?: ForecastReach;
  readonly mean: readonly number[];
  /** Keyed by the quantile as text: `0.05`, `0.5`, `0.95`. Never crossing, never NaN. */
  readonly quantiles: Readonly<Record<string, readonly number[]>>;
  readonly model: string;
  /** Each member's share in it; they add up to 1. */
  readonly weights?: Readonly<Record<string, number>>;
  /** Points that it was made from, unknown ones between them counted. */
  readonly points?: number;
  /** 0..1: how much better than a naive forecast it has lately been; 0 means do not rely on it. */
  readonly trust: number;
  readonly note?: string;
}

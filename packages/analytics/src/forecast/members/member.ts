import type { ForecastNetwork } from '../network/network.ts';

/** One way of forecasting, fitted once over a history, asked from several origins: that makes rolling validation cheap. */
export interface Member {
  readonly name: string;
  /** First origin from which it can forecast. */
  readonly from: number;
  /** Steps ahead for which it competes; left out: all. It writes something beyond them, which nobody uses. */
  readonly reach?: number;
  /**
   * Writes the forecasts for 1..out.length steps after `origin` to `out`. It uses values up to and including `origin` only.
   * `origin` is one of the context's.
   */
  predict(origin: number, out: Float64Array): void;
}

/** What members are made from. */
export interface MemberContext {
  /** Without gaps, of size about 1. */
  readonly values: Float64Array;
  /** 1 where the value was really observed: only these are learned from. */
  readonly observed: Uint8Array;
  readonly seasons: Seasons;
  /** Ascending; every origin that will be asked, so that coefficients are kept for these only. The last is the newest value. */
  readonly origins: readonly number[];
  /** When the first value was and how far apart they are; left out where nobody knows. */
  readonly clock?: SeriesClock;
  /** Trained on many series; without one the member `lstm` does not stand up. */
  readonly network?: ForecastNetwork;
}

export interface SeriesClock {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly stepMs: number;
}

/** Periods in steps; 0 is none. */
export interface Seasons {
  /** 0 while less than a day and a quarter is known. */
  readonly day: number;
  /** The day where the history is long enough, else a period that was found or given. */
  readonly short: number;
  /** The week. */
  readonly long: number;
  /** A period that was found or given beside them. */
  readonly other: number;
}

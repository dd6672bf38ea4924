/**
 * How far to rely on a forecast: past forecasts are scored when the truth arrives, beside what the last value
 * (persistence) and the value one period earlier (seasonal naive) would have said at the same moment.
 *   ratio = error / smallest naive error,  trust = 1 at 0.7 or less, 0 at 1.3 or more, a straight line between,
 * lifted where the forecast is simply right (mean error under 5 % of the level trusts fully, 15 % lifts nothing), and
 * pulled to `firstTrust` while fewer than `fullEvidence` points were scored. Errors fade with a half life of some 60 points.
 * Bad at: sudden changes of regime, where the past errors say nothing.
 */
import type { Forecast } from '@jaegis/model';

const firstTrust = 0.3;
const fullEvidence = 12;
const fade = 0.988;
/** Points kept per forecast, spread over its horizon, and points kept in all. */
const pointsPerForecast = 8;
const maxPending = 512;
/** Once this many points wait, forecasts made in quick succession are not all kept: far points must live to be scored. */
const busyPending = 128;
const keptPerHorizon = 48;

interface Point {
  readonly dueAt: number;
  readonly toleranceMs: number;
  readonly predicted: number;
  readonly persistence: number;
  readonly seasonal: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly nominal: number;
}

export interface TrustState {
  readonly version: 1;
  readonly pending: readonly Point[];
  readonly scored: number;
  readonly evidence: number;
  readonly error: number;
  readonly naiveError: number;
  readonly seasonalError: number;
  readonly seasonalBase: number;
  readonly level: number;
  readonly covered: number;
  readonly nominal: number;
  /** When the newest kept forecast was made, epoch milliseconds. */
  readonly recordedAt: number;
}

/** What naive forecasts say at the moment a forecast is made. */
export interface NaiveReference {
  /** The last known value. */
  readonly last: number;
  /** One value per step of the forecast: what was seen one period earlier; left out when no period is known. */
  readonly seasonal?: readonly number[];
}

const empty: Omit<TrustState, 'pending'> = {
  version: 1,
  scored: 0,
  evidence: 0,
  error: 0,
  naiveError: 0,
  seasonalError: 0,
  seasonalBase: 0,
  level: 0,
  covered: 0,
  nominal: 0,
  recordedAt: 0,
};

export class ForecastTrust {
  #pending: Point[] = [];
  #sums: Omit<TrustState, 'pending'> = empty;

  /** Keeps some points of a forecast for later. The oldest give way when there are too many. */
  record(forecast: Pick<Forecast, 'madeAt' | 'step' | 'mean' | 'quantiles'>, naive: NaiveReference): void {
    if (!Number.isFinite(naive.last)) return;
    const horizonMs = forecast.mean.length * forecast.step;
    const isSoon = Math.abs(forecast.madeAt - this.#sums.recordedAt) < horizonMs / keptPerHorizon;
    if (isSoon && this.#pending.length >= busyPending) return;
    this.#sums = { ...this.#sums, recordedAt: forecast.madeAt };
    const band = widestBand(Object.keys(forecast.quantiles).map(Number));
    for (const h of spreadOver(forecast.mean.length)) {
      const seasonal = naive.seasonal?.[h];
      this.#pending.push({
        dueAt: forecast.madeAt + (h + 1) * forecast.step,
        toleranceMs: forecast.step / 2,
        predicted: forecast.mean[h]!,
        persistence: naive.last,
        seasonal: seasonal === undefined || !Number.isFinite(seasonal) ? null : seasonal,
        low: band === null ? null : (forecast.quantiles[String(band[0])]?.[h] ?? null),
        high: band === null ? null : (forecast.quantiles[String(band[1])]?.[h] ?? null),
        nominal: band === null ? 0 : band[1] - band[0],
      });
    }
    if (this.#pending.length > maxPending) this.#pending.splice(0, this.#pending.length - maxPending);
  }

  /** The truth at `at` (epoch ms); scores every point that was due then. Values that are not finite are ignored. */
  observe(at: number, value: number): void {
    if (this.#pending.length === 0) return;
    const rest: Point[] = [];
    for (const point of this.#pending) {
      if (at < point.dueAt - point.toleranceMs) rest.push(point);
      else if (at <= point.dueAt + point.toleranceMs && Number.isFinite(value)) this.#score(point, value);
      else if (at <= point.dueAt + point.toleranceMs) rest.push(point);
    }
    this.#pending = rest;
  }

  /** 0..1; 0 means do not rely on it. */
  get trust(): number {
    const s = this.#sums;
    if (s.evidence <= 0) return firstTrust;
    const naive = Math.min(s.naiveError, s.seasonalBase > s.evidence / 2 ? this.#seasonalScaled() : s.naiveError);
    const slack = 0.01 * s.level;
    const ratio = (s.error + slack) / (naive + slack + 1e-12);
    const byNaive = clamp01((1.3 - ratio) / 0.6);
    const byAccuracy = s.level > 0 ? clamp01((0.15 - s.error / s.level) / 0.1) : s.error === 0 ? 1 : 0;
    const known = Math.min(1, s.scored / fullEvidence);
    return known * Math.max(byNaive, byAccuracy) + (1 - known) * Math.min(firstTrust, Math.max(byNaive, byAccuracy));
  }

  /** Share of truths inside the widest pair of quantiles, and what it should be; `null` before anything was scored. */
  get coverage(): { readonly seen: number; readonly nominal: number } | null {
    const { evidence, covered, nominal } = this.#sums;
    return evidence > 0 && nominal > 0 ? { seen: covered / evidence, nominal: nominal / evidence } : null;
  }

  /** Mean error as a share of the level (WAPE), faded; `null` before anything was scored. */
  get meanError(): number | null {
    return this.#sums.level > 0 ? this.#sums.error / this.#sums.level : null;
  }

  /** Points scored since the start. */
  get scored(): number {
    return this.#sums.scored;
  }

  toJSON(): TrustState {
    return { ...this.#sums, pending: this.#pending };
  }

  /** A fresh one when the state is not what `toJSON` wrote. */
  static fromJSON(state: unknown): ForecastTrust {
    const trust = new ForecastTrust();
    if (!isTrustState(state)) return trust;
    const { pending, ...sums } = state;
    trust.#pending = pending.slice(-maxPending);
    trust.#sums = sums;
    return trust;
  }

  /** Seasonal errors were not seen at every point: scaled to as many points as the others. */
  #seasonalScaled(): number {
    return (this.#sums.seasonalError * this.#sums.evidence) / this.#sums.seasonalBase;
  }

  #score(point: Point, value: number): void {
    const s = this.#sums;
    const has = point.seasonal !== null;
    const isInside = point.low !== null && point.high !== null && value >= point.low && value <= point.high;
    this.#sums = {
      ...s,
      scored: s.scored + 1,
      evidence: s.evidence * fade + 1,
      error: s.error * fade + Math.abs(value - point.predicted),
      naiveError: s.naiveError * fade + Math.abs(value - point.persistence),
      seasonalError: s.seasonalError * fade + (has ? Math.abs(value - point.seasonal) : 0),
      seasonalBase: s.seasonalBase * fade + (has ? 1 : 0),
      level: s.level * fade + Math.abs(value),
      covered: s.covered * fade + (isInside ? 1 : 0),
      nominal: s.nominal * fade + point.nominal,
    };
  }
}

function spreadOver(length: number): number[] {
  const places = new Set<number>();
  for (let k = 0; k < pointsPerForecast && length > 0; k++) {
    places.add(Math.min(length - 1, Math.round((length - 1) * (k / (pointsPerForecast - 1)) ** 1.5)));
  }
  return [...places];
}

function widestBand(quantiles: readonly number[]): readonly [number, number] | null {
  const low = Math.min(...quantiles.filter((q) => q < 0.5));
  const high = Math.max(...quantiles.filter((q) => q > 0.5));
  return Number.isFinite(low) && Number.isFinite(high) ? [low, high] : null;
}

function clamp01(x: number): number {
  return Math.min(Math.max(x, 0), 1);
}

function isTrustState(state: unknown): state is TrustState {
  if (typeof state !== 'object' || state === null) return false;
  const known = state as Record<string, unknown>;
  if (known['version'] !== 1 || !Array.isArray(known['pending'])) return false;
  const numbers = Object.keys(empty).every((name) => Number.isFinite(known[name]));
  return numbers && known['pending'].every((point) => isPoint(point));
}

function isPoint(point: unknown): boolean {
  if (typeof point !== 'object' || point === null) return false;
  const known = point as Record<string, unknown>;
  return ['dueAt', 'toleranceMs', 'predicted', 'persistence', 'nominal'].every((name) => Number.isFinite(known[name]));
}

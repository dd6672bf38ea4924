import type { Forecast } from '@jaegis/model';
import { ForecastTrust } from './forecast-trust.ts';
import type { ForecasterInParts, ForecastResult } from './forecaster.ts';
import { createForecaster } from './weighted-members.ts';

/** The grid is the narrowest of these that is no narrower than the distance of the first two values. */
const stepsMs = [15_000, 30_000, 60_000, 300_000];
/** What an order of now can wait for; longer start-ups are told the last of it. */
const horizonMs = 1_200_000;
const leastHorizon = 12;
const historyPoints = 1_920;
/** A forecast costs milliseconds, a decision tenths of one: so much time passes before the next. */
const everyMs = 120_000;
const asked = [0.05, 0.5, 0.6, 0.8, 0.9, 0.95, 0.99];

/**
 * Twenty minutes of demand ahead for who has no store of series: values are averaged on a grid as they come, a forecast is made
 * anew every two minutes of their own time, and its trust follows how it did. Each value pays for half a forecast at most: the
 * first half is worked after the value that it is due with, the second after the next. Bad at: values at changing distances,
 * for the grid stays as it was chosen; days beyond what 1,920 steps hold.
 */
export class DemandForecast {
  readonly #forecaster: ForecasterInParts;
  readonly #trust = new ForecastTrust();
  readonly #kept = new Float64Array(2 * historyPoints);
  #length = 0;
  #firstAt = Number.NaN;
  #stepMs = 0;
  /** End of the open step, which averages `#count` values. */
  #openEnd = 0;
  #sum = 0;
  #count = 0;
  #madeAt = Number.NEGATIVE_INFINITY;
  #newest: Forecast | null = null;
  /** What is still to be done of the forecast that is due. */
  #rest: (() => void) | null = null;
  /** Its next part has not been done since the newest value. */
  #owes = false;

  constructor(forecaster: ForecasterInParts = createForecaster()) {
    this.#forecaster = forecaster;
  }

  /** Demand per second at `at` (epoch milliseconds, never going back; null is not known). Answers the newest forecast, null before the first. */
  observe(at: number, value: number | null): Forecast | null {
    this.prepare();
    this.#owes = true;
    if (!Number.isFinite(at)) return this.#newest;
    if (this.#stepMs === 0 && !this.#chooseStep(at)) return null;
    const end = Math.ceil(at / this.#stepMs) * this.#stepMs;
    if (end < this.#openEnd) return this.#newest;
    if (end > this.#openEnd) this.#close(end);
    if (value !== null && Number.isFinite(value) && value >= 0) {
      this.#sum += value;
      this.#count++;
    }
    return this.#newest;
  }

  /**
   * Does what the next `observe` would begin with. For whoever has answered and waits: what is forecast does not depend on
   * whether it is called.
   */
  prepare(): void {
    if (!this.#owes) return;
    this.#owes = false;
    this.#rest?.();
  }

  #chooseStep(at: number): boolean {
    const apart = at - this.#firstAt;
    if (!(apart > 0)) {
      if (Number.isNaN(this.#firstAt)) this.#firstAt = at;
      return false;
    }
    this.#stepMs = stepsMs.find((each) => each >= apart) ?? stepsMs.at(-1)!;
    this.#openEnd = Math.ceil(at / this.#stepMs) * this.#stepMs;
    return true;
  }

  /** The open step is done; steps up to `end` in which nothing came are unknown. */
  #close(end: number): void {
    const value = this.#count === 0 ? Number.NaN : this.#sum / this.#count;
    const closedEnd = this.#openEnd;
    this.#sum = 0;
    this.#count = 0;
    this.#keep(value);
    this.#trust.observe(closedEnd, value);
    const unknown = Math.min(historyPoints, (end - closedEnd) / this.#stepMs - 1);
    for (let i = 0; i < unknown; i++) this.#keep(Number.NaN);
    this.#openEnd = end;
    if (this.#rest === null && end - this.#madeAt >= everyMs) this.#plan();
  }

  #keep(value: number): void {
    if (this.#length === this.#kept.length) {
      this.#kept.copyWithin(0, this.#length - historyPoints);
      this.#length = historyPoints;
    }
    this.#kept[this.#length++] = value;
  }

  /** The newest values are taken as they are now. */
  #plan(): void {
    const values = this.#kept.slice(Math.max(0, this.#length - historyPoints), this.#length);
    const lastEnd = this.#openEnd - this.#stepMs;
    this.#madeAt = this.#openEnd;
    if (values.every(Number.isNaN)) return;
    const horizon = Math.max(leastHorizon, Math.round(horizonMs / this.#stepMs));
    const start = lastEnd - (values.length - 1) * this.#stepMs;
    this.#rest = () => {
      const finish = this.#forecaster.begin({ start, stepMs: this.#stepMs, values }, { horizon, quantiles: asked });
      this.#rest = () => {
        this.#rest = null;
        this.#publish(finish(), { madeAt: lastEnd, values });
      };
    };
  }

  #publish({ mean, quantiles, model }: ForecastResult, o: { madeAt: number; values: Float64Array }): void {
    const { madeAt, values } = o;
    const forecast: Forecast = {
      series: { signal: 'request_rate' },
      madeAt,
      step: this.#stepMs,
      mean,
      quantiles,
      model,
      trust: this.#trust.trust,
      points: values.length,
    };
    this.#trust.record(forecast, { last: values.at(-1)! });
    this.#newest = forecast;
  }
}

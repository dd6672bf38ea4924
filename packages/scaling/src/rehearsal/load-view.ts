import { HourFloor } from './hour-floor.ts';
import { HourlyRhythm } from './hourly-rhythm.ts';
import { gridS } from './load-grid.ts';
import { followNoise, rampOf, seenRates } from './ramp.ts';
import { Restlessness } from './restlessness.ts';
import { SeasonalProfile } from './seasonal-profile.ts';

// The ways to look at a load from which candidates are built: its newest 20 s, its last minute, level and trend (Holt),
// the time of the week, the minute of the hour, the highest of days; some also as the highest of the last minutes, so
// that what comes back soon is not given back. Every view is O(1) a step and says how much demand to provide for from
// now until an order of now would serve.

const historySteps = 64;
const minuteSteps = 60 / gridS;
const levelTauS = 40;
const trendTauS = 240;
const topHalfLifeS = 3 * 86_400;
const capFactor = 1.25;
/** A young pool may not have seen much: half more, coming down within hours. No step may be overshot by more than half. */
const youngExtra = 0.25;
const youngHours = 6;
/**
 * What a young pool's candidates may try on top. The first jumps beyond everything seen are late whoever leads; that
 * bolder ones would have escaped must tell, or the cheapest leads into the second jump.
 */
const youngTried = 2.75;
const triedHours = 12;
const risingFrom = 1.02;
const errorHalfLifeS = 86_400;
/** A trend seen over minutes says little of what is further away than this. */
const longestTrendS = 240;

export type ViewSource = 'newest' | 'minute' | 'trend' | 'season' | 'rhythm' | 'top';

/** `holdS` > 0: the highest of the last so many seconds. */
export const views: readonly { readonly source: ViewSource; readonly holdS: number }[] = [
  { source: 'newest', holdS: 0 },
  { source: 'newest', holdS: 300 },
  { source: 'newest', holdS: 900 },
  { source: 'minute', holdS: 0 },
  { source: 'minute', holdS: 120 },
  { source: 'minute', holdS: 300 },
  { source: 'trend', holdS: 0 },
  { source: 'trend', holdS: 300 },
  { source: 'season', holdS: 0 },
  { source: 'season', holdS: 300 },
  { source: 'rhythm', holdS: 0 },
  { source: 'rhythm', holdS: 300 },
  { source: 'top', holdS: 0 },
];

const order: readonly ViewSource[] = ['newest', 'minute', 'trend', 'season', 'rhythm', 'top'];

export interface KeptView {
  readonly profile: ReturnType<SeasonalProfile['toJSON']>;
  readonly rhythm: ReturnType<HourlyRhythm['toJSON']>;
  readonly top: number;
  readonly ever: number;
  readonly errors: readonly [season: number, naive: number];
  readonly restless?: ReturnType<Restlessness['toJSON']>;
}

export class LoadView {
  /** Demand to provide for, by view; requests per second. */
  readonly values = new Float64Array(views.length);
  /** Nothing beyond this is provided for: a quarter more than was ever seen (fading with a half-life of a month). */
  cap = 0;
  /** The same for the candidates: while a pool is young they may try more than would be ordered. */
  tried = 0;
  /** Demand of the last 20 s. */
  newest = 0;
  /** Where growth that has lasted leads in the next minutes; 0 where there is none. */
  soon = 0;
  /**
   * What the pool provides for in any case: where such growth leads until an order of now serves, and see hour-floor.ts. Not
   * its candidates: whom it kept from being late would lead without having earned it.
   */
  least = 0;
  /** The highest minute of the last hour. */
  highestOfHour = 0;
  /** The last minute stands above the last five. */
  isRising = false;
  /** How far the seasonal forecast is believed, 0..1. */
  trust = 0;
  readonly #profile: SeasonalProfile;
  readonly #rhythm: HourlyRhythm;
  readonly #hour: HourFloor;
  readonly #restlessness: Restlessness;
  #noise = 0;
  readonly #last = new Float64Array(seenRates);
  readonly #history = new Float64Array(historySteps);
  readonly #sources = new Float64Array(order.length);
  readonly #holds: Hold[];
  readonly #hourHold = new Hold(3_600 / gridS);
  readonly #leadS: number;
  readonly #said: Float64Array;
  readonly #stayed: Float64Array;
  #steps = 0;
  #level = Number.NaN;
  #trend = 0;
  #top: number;
  #ever: number;
  #seasonError: number;
  #naiveError: number;

  /** `leadS`: seconds from an order to its effect. */
  constructor(leadS: number, kept?: KeptView) {
    this.#leadS = leadS;
    this.#profile = new SeasonalProfile(kept?.profile);
    this.#rhythm = new HourlyRhythm(kept?.rhythm);
    this.#hour = new HourFloor(leadS);
    this.#restlessness = new Restlessness(leadS, kept?.restless);
    this.#top = kept?.top ?? 0;
    this.#ever = kept?.ever ?? 0;
    [this.#seasonError, this.#naiveError] = kept?.errors ?? [0, 1e-9];
    this.#holds = views.map((view) => new Hold(Math.max(1, Math.round(view.holdS / gridS))));
    const leadSteps = Math.max(1, Math.round(leadS / gridS));
    this.#said = new Float64Array(leadSteps).fill(Number.NaN);
    this.#stayed = new Float64Array(leadSteps).fill(Number.NaN);
  }

  /** Takes the demand of one step of the grid that ends at `atS`. */
  observe(rate: number, atS: number): void {
    const before = this.#mean(30);
    this.#history[this.#steps % historySteps] = rate;
    this.#steps++;
    const newest = this.#mean(2);
    this.newest = newest;
    const minute = this.#mean(minuteSteps);
    if (this.#steps % minuteSteps === 0) {
      this.#hour.observe(minute);
      this.#restlessness.observe(minute);
    }
    const last = Math.min(seenRates, this.#steps);
    for (let i = 0; i < last; i++) this.#last[i] = this.#history[(this.#steps - last + i) % historySteps]!;
    const rates = this.#last.subarray(0, last);
    const grown = rampOf(rates, { leadS: this.#leadS, stepS: gridS, noise: this.#noise });
    this.soon = grown.soon > rate ? grown.soon : 0;
    this.least = Math.max(this.#hour.value, grown.atLead > rate ? grown.atLead : 0);
    this.#noise = followNoise(this.#noise, rates, gridS);
    this.highestOfHour = this.#hourHold.push(minute);
    this.isRising = minute > risingFrom * this.#mean(30);
    this.#rhythm.observe(newest, before, atS);
    this.#profile.observe(rate, atS);
    this.#top = Math.max(this.#top * 0.5 ** (gridS / topHalfLifeS), minute);
    this.#ever = Math.max(this.#ever * 0.5 ** (gridS / (30 * 86_400)), newest);
    const hours = (this.#steps * gridS) / 3_600;
    this.cap = (capFactor + youngExtra * Math.exp(-hours / youngHours)) * this.#ever;
    this.tried = (capFactor + youngTried * Math.exp(-hours / triedHours)) * this.#ever;
    const sources = this.#sources;
    sources[0] = newest;
    sources[1] = minute;
    sources[2] = this.#follow(rate, newest);
    sources[3] = this.#season(minute, atS);
    sources[4] = this.#rhythm.peak(newest, atS, atS + this.#leadS + 60);
    sources[5] = this.#top;
    for (let i = 0; i < views.length; i++)
      this.values[i] = this.#holds[i]!.push(sources[order.indexOf(views[i]!.source)]!);
  }

  /** The highest mean of a minute, fading with a half-life of three days. */
  get highest(): number {
    return this.#top;
  }

  /** How much demand changes while replicas start, as a share of itself. */
  get restlessness(): number {
    return this.#restlessness.value;
  }

  #mean(steps: number): number {
    const size = Math.min(steps, this.#steps);
    let sum = 0;
    for (let i = 1; i <= size; i++) sum += this.#history[(this.#steps - i) % historySteps]!;
    return size === 0 ? 0 : sum / size;
  }

  /** Holt's level and trend; only growth counts, giving back early is for the candidates without it. */
  #follow(rate: number, newest: number): number {
    if (Number.isNaN(this.#level)) this.#level = rate;
    const last = this.#level;
    this.#level += this.#trend * gridS;
    this.#level += (1 - Math.exp(-gridS / levelTauS)) * (rate - this.#level);
    this.#trend += (1 - Math.exp(-gridS / trendTauS)) * ((this.#level - last) / gridS - this.#trend);
    const grown = this.#level + Math.max(0, this.#trend) * Math.min(this.#leadS + gridS, longestTrendS);
    return Math.max(0, Math.min(2 * newest, grown));
  }

  #season(minute: number, atS: number): number {
    const slot = this.#steps % this.#said.length;
    const fade = 0.5 ** (gridS / errorHalfLifeS);
    if (!Number.isNaN(this.#said[slot]!)) {
      this.#seasonError = this.#seasonError * fade + Math.abs(this.#said[slot]! - minute);
      this.#naiveError = this.#naiveError * fade + Math.abs(this.#stayed[slot]! - minute);
    }
    const now = this.#profile.at(atS);
    const goesOn = (timeS: number): number => Math.min(3, Math.max(1 / 3, this.#profile.at(timeS) / now));
    const end = now > 0 ? goesOn(atS + this.#leadS) : Number.NaN;
    this.#said[slot] = minute * end;
    this.#stayed[slot] = minute;
    // Half trusted when as good as naive, fully when an eighth better.
    const skill = 1 - this.#seasonError / this.#naiveError;
    this.trust = this.#seasonError === 0 ? 0 : Math.max(0, Math.min(1, 0.5 + 4 * skill));
    if (!(now > 0) || this.trust === 0) return minute;
    let peak = 1;
    for (let ahead = 60; ahead <= this.#leadS + 60; ahead += 60) {
      const factor = goesOn(atS + ahead);
      if (factor > peak) peak = factor;
    }
    return minute * (1 + this.trust * (peak - 1));
  }

  toJSON(): KeptView {
    return {
      profile: this.#profile.toJSON(),
      rhythm: this.#rhythm.toJSON(),
      top: this.#top,
      ever: this.#ever,
      errors: [this.#seasonError, this.#naiveError],
      restless: this.#restlessness.toJSON(),
    };
  }
}

/** The highest of the last so many values. */
class Hold {
  readonly #ring: Float64Array;
  #at = 0;
  #highest = 0;

  constructor(size: number) {
    this.#ring = new Float64Array(size);
  }

  push(value: number): number {
    const ring = this.#ring;
    const old = ring[this.#at]!;
    ring[this.#at] = value;
    this.#at = (this.#at + 1) % ring.length;
    if (value >= this.#highest) this.#highest = value;
    else if (old >= this.#highest) {
      let highest = 0;
      for (let i = 0; i < ring.length; i++) if (ring[i]! > highest) highest = ring[i]!;
      this.#highest = highest;
    }
    return this.#highest;
  }
}

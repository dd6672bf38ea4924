import type { DecisionPlan } from '@jaegis/model';
import { type Choice, choose, describeCandidate } from './choose.ts';
import { gridS, LoadGrid } from './load-grid.ts';
import { type KeptView, LoadView, views } from './load-view.ts';
import { classify, planOf } from './plan.ts';
import {
  episodeGapSteps,
  type KeptPlants,
  marginForms,
  margins,
  type PlantSettings,
  VirtualPlants,
} from './virtual-plants.ts';

// Candidate policies are rehearsed all the time on the pool's own load, each in a small plant of its own, and the
// cheapest of those that met the objective leads (see choose.ts): the sweep of targets that others do in hindsight, done
// while it happens. One step is a few microseconds. A rehearsal is the one part of the state that is written in place.

export interface RehearsalSettings extends PlantSettings {
  /** Wanted share of late requests, 0..1. */
  readonly aim: number;
  /** Which share of the allowed lateness `aim` is: what is not known yet counts as against the allowed. */
  readonly certainty: number;
}

export interface KeptRehearsal {
  readonly at: number;
  readonly view: KeptView;
  readonly plants: KeptPlants;
  readonly leader: number;
  readonly seen: number;
  readonly real: readonly [late: number, arrived: number, lumps?: number];
}

const chooseEveryMs = 60_000;
/** With the same leader the numbers of its plan are written anew no more often. */
const planEveryMs = 600_000;
/** An hour: before it the first rules of the controller are better than any candidate's record. */
const grownSteps = 3_600 / gridS;
const realFade = 0.5 ** (gridS / (7 * 86_400));

export class Rehearsal {
  readonly settings: RehearsalSettings;
  readonly #view: LoadView;
  readonly #plants: VirtualPlants;
  readonly #grid: LoadGrid;
  /** Steps since this pool is rehearsed, over restarts. */
  #seen = 0;
  #plan: DecisionPlan | null = null;
  #leader = -1;
  /** Which leader the plan tells of, and since when. */
  #planned = -1;
  #plannedAt = Number.NEGATIVE_INFINITY;
  #chosenAt = Number.NEGATIVE_INFINITY;
  #late = 0;
  #arrived = 0;
  #lumps = 0;
  #episode = 0;
  #quiet = 0;
  #behind = 0;

  constructor(settings: RehearsalSettings, kept?: KeptRehearsal) {
    this.settings = settings;
    this.#view = new LoadView(settings.startupS, kept?.view);
    this.#plants = new VirtualPlants(settings);
    this.#grid = new LoadGrid(kept?.at);
    if (kept === undefined) return;
    this.#plants.adopt(kept.plants);
    this.#leader = kept.leader;
    this.#seen = kept.seen;
    [this.#late, this.#arrived, this.#lumps = 0] = kept.real;
  }

  /** Takes what was measured until `now` (epoch milliseconds); the same time again changes nothing. */
  observe(rate: number, now: number, real: { queue: number; ready: number }): void {
    const { perReplica, toleratedWaitS } = this.settings;
    const isLate = real.queue > toleratedWaitS * perReplica * real.ready;
    const isNews = this.#grid.observe(rate, now, (arrivals, end) => {
      this.#count(arrivals, isLate);
      this.#step(arrivals / gridS, end);
    });
    if (!isNews) return;
    if (now < this.#plannedAt) this.#plannedAt = Number.NEGATIVE_INFINITY;
    if (now >= this.#chosenAt && now - this.#chosenAt < chooseEveryMs) return;
    this.#chosenAt = now;
    const choice = choose(this.#plants, {
      aim: this.settings.aim,
      certainty: this.settings.certainty,
      real: { late: this.#late, arrived: this.#arrived, lumps: this.#lumps + this.#episode ** 2 },
      leader: this.#leader,
      restlessness: this.#view.restlessness,
    });
    this.#leader = choice.index;
    this.#behind = choice.behind;
    if (!this.isGrown) this.#plan = null;
    else if (choice.index !== this.#planned || now - this.#plannedAt >= planEveryMs) this.#makePlan(choice, now);
  }

  /** What arrived in a step of the grid, and whether it came late in reality. */
  #count(arrivals: number, isLate: boolean): void {
    this.#arrived = this.#arrived * realFade + arrivals;
    this.#late = this.#late * realFade + (isLate ? arrivals : 0);
    this.#lumps *= realFade ** 2;
    this.#episode = this.#episode * realFade + (isLate ? arrivals : 0);
    this.#quiet = isLate ? 0 : this.#quiet + 1;
    if (this.#quiet <= episodeGapSteps) return;
    this.#lumps += this.#episode ** 2;
    this.#episode = 0;
  }

  #makePlan({ index, allowed }: Choice, now: number): void {
    this.#planned = index;
    this.#plannedAt = now;
    const { arrived, time } = this.#plants;
    const mean = time > 0 ? arrived / time : 0;
    const workload = classify({ trust: this.#view.trust, leader: index, cap: this.#view.cap, mean });
    this.#plan = planOf(this.#plants, { leader: index, allowed, workload });
  }

  #step(rate: number, at: number): void {
    this.#view.observe(rate, at / 1_000);
    const { arrived, time } = this.#plants;
    this.#plants.step(rate, {
      values: this.#view.values,
      mean: time > 0 ? arrived / time : rate,
      cap: this.#view.tried,
      newest: this.#view.newest,
      highest: this.#view.highest,
      floor: this.#view.soon,
    });
    this.#seen++;
  }

  /**
   * Demand to provide for as the leader sees it, requests per second; `fresh` without what its view only holds from the
   * last minutes (a reason to keep replicas, none to order them). `null` while nobody leads.
   */
  demand(): { held: number; fresh: number } | null {
    const leader = this.#leader;
    if (leader < 0 || this.#view.newest + this.#view.cap === 0) return null;
    const at = Math.floor(leader / (marginForms.length * margins.length));
    const { arrived, time } = this.#plants;
    const isShare = Math.floor(leader / margins.length) % marginForms.length === 0;
    const margin = margins[leader % margins.length]!;
    const provided = (view: number): number => {
      const unit = isShare ? view : Math.sqrt(view * (time > 0 ? arrived / time : view));
      return Math.min(view + margin * unit, this.#view.cap);
    };
    const unheld = views.findIndex((view) => view.source === views[at]!.source && view.holdS === 0);
    return { held: provided(this.#view.values[at]!), fresh: provided(this.#view.values[unheld]!) };
  }

  /** Long enough at work that its leader may be followed. */
  get isGrown(): boolean {
    return this.#seen >= grownSteps && this.#leader >= 0;
  }

  /** How much of the load was rehearsed, and how much of it has to be before a candidate may lead, milliseconds. */
  get watched(): { readonly ms: number; readonly neededMs: number } {
    return { ms: this.#seen * gridS * 1_000, neededMs: grownSteps * gridS * 1_000 };
  }

  /** Demand of the last 20 s, requests per second. */
  get newest(): number {
    return this.#view.newest;
  }

  /** The highest demand of days, requests per second: what working a long queue off may use. */
  get highest(): number {
    return this.#view.highest;
  }

  /** Where growth that lasts leads in the next minutes, requests per second; 0 without any. */
  get soon(): number {
    return this.#view.soon;
  }

  /**
   * What is provided for whoever leads, requests per second: where growth leads, what an hour did not fall below, and, as
   * far as a pool is behind its objective, the highest of an hour: bursts come back, and keeping what is there orders nothing.
   */
  get least(): number {
    return Math.max(this.#view.least, this.#behind * this.#view.highestOfHour);
  }

  /** Demand grows: no time to give back. */
  get isRising(): boolean {
    return this.#view.isRising;
  }

  /** What the leader was chosen from; made when it was chosen. */
  get plan(): DecisionPlan | null {
    return this.#plan;
  }

  get leaderName(): string {
    return this.#leader < 0 ? 'nobody' : describeCandidate(this.#leader);
  }

  toJSON(): KeptRehearsal {
    return {
      at: this.#grid.at,
      view: this.#view.toJSON(),
      plants: this.#plants.toJSON(),
      leader: this.#leader,
      seen: this.#seen,
      real: [this.#late, this.#arrived, this.#lumps + this.#episode ** 2],
    };
  }
}

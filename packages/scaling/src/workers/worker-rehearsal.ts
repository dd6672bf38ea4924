import type { DecisionPlan } from '@jaegis/model';
import { gridS, LoadGrid } from '../rehearsal/load-grid.ts';
import { JobView } from './job-view.ts';
import { describeWorkers, planOf } from './worker-plan.ts';
import { candidates, type KeptPlants, WorkerPlants, type WorkerSettings, wantedBy } from './worker-plants.ts';

// Candidate policies of a worker pool at work on its own jobs (worker-plants.ts); the cheapest leads whose jobs came late
// seldom enough, with what is not known yet counted against it:
//   cost = paid + worth x paid by the cheapest x (feared share - allowed share)
//   feared = (late + shortage of a start-up time at mean arrivals, less with a wider margin) / arrived
// What was really late so far moves the allowed share: unspent, it may be spent; overspent, it is saved.

export interface WorkerRehearsalSettings extends WorkerSettings {
  /** Share of jobs that may wait longer, 0..1. */
  readonly aim: number;
  /** What is promised, in seconds; `waitS`, which is aimed at, stays below it. */
  readonly allowedS: number;
}

export interface KeptWorkers {
  readonly at: number;
  readonly means: readonly number[];
  readonly plants: KeptPlants;
  readonly leader: number;
  readonly real: readonly [late: number, arrived: number];
}

/**
 * To spare one per cent of the jobs beyond the aim so many hundredths of the leanest pool may be paid; more where starting
 * takes long, since what is late there is late in whole start-up times.
 */
const worthOfLate = 8;
/** Of what is unspent of the allowed lateness, or overspent; within these bounds, in parts of the aim. */
const leastAllowed = 0.4;
const mostAllowed = 1.6;
/** A shortage that nobody has seen yet lasts a minute and a start-up time. */
const priorS = 60;
/** Who leads stays, unless another is cheaper by so much. */
const hysteresis = 0.01;

const chooseEveryMs = 60_000;
const realFade = 0.5 ** (gridS / (7 * 86_400));
/** Who leads until there is a record: the mean of five minutes, held as long, and two square roots. */
const firstLeader = candidates.findIndex((each) => each.view === 5 && each.margin === 2);

export class WorkerRehearsal {
  readonly settings: WorkerRehearsalSettings;
  readonly #view: JobView;
  readonly #plants: WorkerPlants;
  readonly #grid: LoadGrid;
  #leader = firstLeader;
  #allowed = 0;
  #plan: DecisionPlan | null = null;
  #chosenAt = Number.NEGATIVE_INFINITY;
  #late = 0;
  #arrived = 0;

  constructor(settings: WorkerRehearsalSettings, kept?: KeptWorkers) {
    this.settings = settings;
    this.#view = new JobView(kept?.means);
    this.#plants = new WorkerPlants(settings);
    this.#grid = new LoadGrid(kept?.at);
    if (kept === undefined) return;
    this.#plants.adopt(kept.plants);
    // Other candidates were at work in another version.
    this.#leader = kept.plants.paid.length === candidates.length ? kept.leader : firstLeader;
    [this.#late, this.#arrived] = kept.real;
  }

  /** Takes what was measured until `now` (epoch milliseconds); the same time again changes nothing. */
  observe(rate: number, now: number, waiting: number): void {
    const isNews = this.#grid.observe(rate, now, (arrivals) => {
      const mean = arrivals / gridS;
      this.#view.observe(mean);
      const late = this.#plants.step(mean, this.#view.values, { newest: this.#view.newest, waiting });
      this.#late = this.#late * realFade + late;
      this.#arrived = this.#arrived * realFade + arrivals;
    });
    if (!isNews) return;
    if (now >= this.#chosenAt && now - this.#chosenAt < chooseEveryMs) return;
    this.#chosenAt = now;
    this.#choose();
  }

  #choose(): void {
    const { arrived, time, paid, late, weight } = this.#plants;
    const { aim, startupS } = this.settings;
    const spent = this.#arrived > 0 ? this.#late / this.#arrived : aim;
    this.#allowed = Math.min(mostAllowed * aim, Math.max(leastAllowed * aim, 2 * aim - spent));
    if (!(arrived > 0)) return;
    const shortage = ((priorS + startupS) * arrived * weight) / time;
    let cheapest = Number.POSITIVE_INFINITY;
    for (const each of paid) cheapest = Math.min(cheapest, each);
    const price = (worthOfLate * (1 + startupS / 300) * cheapest) / arrived;
    let least = Number.POSITIVE_INFINITY;
    let leader = this.#leader;
    for (let i = 0; i < candidates.length; i++) {
      const feared = late[i]! + shortage * Math.exp(-candidates[i]!.margin);
      const own = paid[i]! * (i === this.#leader ? 1 - hysteresis : 1);
      const cost = own + price * Math.max(0, feared - this.#allowed * arrived);
      if (cost >= least) continue;
      least = cost;
      leader = i;
    }
    this.#leader = leader;
    this.#plan = planOf(this.#plants, { leader, allowed: this.#allowed });
  }

  /** Workers that the leader wants with `waiting` jobs in the queue, before bounds, and for how much work at once. */
  ask(waiting: number): { wanted: number; load: number } {
    const candidate = candidates[this.#leader]!;
    const { serviceS } = this.settings;
    const load = this.#view.values[candidate.view]! * serviceS;
    return {
      wanted: wantedBy(candidate, { load, newest: this.#view.newest * serviceS, waiting }, this.settings),
      load,
    };
  }

  get plants(): WorkerPlants {
    return this.#plants;
  }

  get leaderName(): string {
    return describeWorkers(this.#leader);
  }

  /** Share of jobs that waited longer than aimed at, 0..1: in reality and with the leader in its rehearsal. */
  get lateShares(): { real: number; rehearsed: number } | null {
    const { arrived, late } = this.#plants;
    if (!(this.#arrived > 0) || !(arrived > 0)) return null;
    return { real: this.#late / this.#arrived, rehearsed: late[this.#leader]! / arrived };
  }

  /** What the leader was chosen from. */
  get plan(): DecisionPlan | null {
    return this.#plan;
  }

  toJSON(): KeptWorkers {
    return {
      at: this.#grid.at,
      means: this.#view.toJSON(),
      plants: this.#plants.toJSON(),
      leader: this.#leader,
      real: [this.#late, this.#arrived],
    };
  }
}

import { gridS } from '../rehearsal/load-grid.ts';
import { jobViews } from './job-view.ts';

// Workers that take one job at a time, in one small plant per candidate policy. Jobs in the system n; a job that has a
// worker ends at the rate 1/S:  dn/dt = arrivals - min(n, ready)/S,   waiting q = max(0, n - ready)
// A candidate wants  load + b sqrt(load) + q S/D  workers (square-root staffing, Halfin & Whitt; load = arrivals x S as its
// view sees them). First in, first out: with A(t) jobs arrived, A(t) - q(t) have a worker, so that of the jobs of a step
// those are late whose place in A is not reached a tolerated wait later. An order serves after the start-up time; what is
// given back is gone at once, but busy workers finish. Sums fade with a half-life of a week.
// Bad at: jobs whose times differ by far more than their mean.

export interface WorkerSettings {
  /** Mean seconds of work of a job. */
  readonly serviceS: number;
  readonly startupS: number;
  /** Wait that is aimed at. */
  readonly waitS: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

export interface WorkerCandidate {
  readonly view: number;
  /** In square roots of the load. */
  readonly margin: number;
  /** In which a queue is to be gone, as a share of the tolerated wait and half the start-up time. */
  readonly drain: number;
}

const margins: readonly number[] = [-0.5, -0.2, 0, 0.2, 0.5, 1, 1.5, 2, 2.5, 3, 4.5, 7, 10];
const drains: readonly number[] = [0.5, 1, 2];
export const candidates: readonly WorkerCandidate[] = jobViews.flatMap((_, view) =>
  margins.flatMap((margin) => drains.map((drain) => ({ view, margin, drain }))),
);

const growth = 2 ** (gridS / (7 * 86_400));
/** Rounding up starts here. */
const roundingSlack = 0.2;
/** A long queue is an integral of the past: no more workers for it than half more than the newest arrivals need. */
const drainShare = 0.5;

/** How many workers a candidate wants, before bounds. `load` and `newest` in workers that are always busy. */
export function wantedBy(
  candidate: WorkerCandidate,
  o: { load: number; newest: number; waiting: number },
  settings: WorkerSettings,
): number {
  const provided = o.load + candidate.margin * Math.sqrt(o.load);
  const drainS = candidate.drain * (settings.waitS + settings.startupS / 2);
  const most = Math.max(provided, (1 + drainShare) * o.newest + 1);
  return Math.max(0, Math.ceil(Math.min(provided + (o.waiting * settings.serviceS) / drainS, most) - roundingSlack));
}

export class WorkerPlants {
  readonly settings: WorkerSettings;
  readonly paid = new Float64Array(candidates.length);
  readonly late = new Float64Array(candidates.length);
  readonly short = new Float64Array(candidates.length);
  /** Jobs and seconds, in the weight of `late` and `paid`. */
  arrived = 0;
  time = 0;
  weight = 1;
  readonly #jobs = new Float64Array(candidates.length);
  readonly #ready = new Float64Array(candidates.length);
  /** What each wanted in the last start-up time: that many at least are ready. */
  readonly #wanted: Float64Array;
  readonly #steps: number;
  readonly #arrivals: Arrivals;
  #at = -1;

  constructor(settings: WorkerSettings) {
    this.settings = settings;
    this.#steps = Math.max(1, Math.round(settings.startupS / gridS)) + 1;
    this.#wanted = new Float64Array(candidates.length * this.#steps);
    this.#arrivals = new Arrivals(settings.waitS);
  }

  /** One step: `rate` arrives everywhere, then every candidate looks at its view. Returns what `waiting` jobs in reality say was late. */
  step(rate: number, values: Float64Array, seen: { newest: number; waiting: number }): number {
    const { serviceS, minReplicas, maxReplicas } = this.settings;
    this.weight *= growth;
    if (this.weight > 1e6) this.#rescale();
    const { weight } = this;
    const jobs = rate * gridS;
    this.arrived += jobs * weight;
    this.time += gridS * weight;
    this.#arrivals.push(jobs);
    const isFirst = this.#at < 0;
    this.#at = (this.#at + 1) % this.#steps;
    const kept = Math.exp(-gridS / serviceS);
    const newest = seen.newest * serviceS;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[i]!;
      let n = this.#jobs[i]! + jobs;
      let ready = this.#ready[i]!;
      if (!isFirst) {
        n = n > ready ? Math.max(n - (ready * gridS) / serviceS, Math.min(n, ready) * kept) : n * kept;
        const waiting = Math.max(0, n - ready);
        this.late[i] = this.late[i]! + this.#arrivals.late(waiting) * weight;
        if (waiting > 0) this.short[i] = this.short[i]! + gridS * weight;
      }
      const load = values[candidate.view]! * serviceS;
      const raw = wantedBy(candidate, { load, newest, waiting: Math.max(0, n - ready) }, this.settings);
      const wanted = Math.min(maxReplicas, Math.max(minReplicas, raw));
      const row = i * this.#steps;
      if (isFirst) this.#wanted.fill(wanted, row, row + this.#steps);
      const left = this.#wanted[row + this.#at]!;
      this.#wanted[row + this.#at] = wanted;
      const before = ready;
      if (isFirst || wanted < ready) ready = wanted;
      else if (left <= ready) ready = least(this.#wanted, row, row + this.#steps);
      // Busy ones that are given back take their job with them, and are paid for what is left of it.
      const leaving = Math.max(0, Math.min(n, before) - ready);
      if (leaving > 0 && !isFirst) n -= leaving;
      this.paid[i] = this.paid[i]! + (wanted * gridS + (isFirst ? 0 : leaving * serviceS)) * weight;
      this.#jobs[i] = n;
      this.#ready[i] = ready;
    }
    return this.#arrivals.late(seen.waiting);
  }

  /** Takes over what another set of plants has paid and delayed: after a restart, or when something of it changed. */
  adopt(kept: KeptPlants): void {
    if (kept.paid.length !== candidates.length) return;
    this.arrived = kept.arrived;
    this.time = kept.time;
    for (let i = 0; i < candidates.length; i++) {
      this.paid[i] = kept.paid[i] ?? 0;
      this.late[i] = kept.late[i] ?? 0;
      this.short[i] = kept.short[i] ?? 0;
    }
  }

  #rescale(): void {
    const by = 1 / this.weight;
    this.arrived *= by;
    this.time *= by;
    for (const sums of [this.paid, this.late, this.short])
      for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! * by;
    this.weight = 1;
  }

  toJSON(): KeptPlants {
    const by = 1 / this.weight;
    const scaled = (values: Float64Array): number[] =>
      Array.from(values, (value) => Number((value * by).toPrecision(5)));
    return {
      arrived: this.arrived * by,
      time: this.time * by,
      paid: scaled(this.paid),
      late: scaled(this.late),
      short: scaled(this.short),
    };
  }
}

export interface KeptPlants {
  readonly arrived: number;
  readonly time: number;
  readonly paid: readonly number[];
  readonly late: readonly number[];
  readonly short: readonly number[];
}

function least(values: Float64Array, from: number, to: number): number {
  let found = values[from]!;
  for (let i = from + 1; i < to; i++) if (values[i]! < found) found = values[i]!;
  return found;
}

/** Jobs that have arrived, as far back as the tolerated wait. */
class Arrivals {
  readonly #totals: Float64Array;
  readonly #back: number;
  #at = 0;
  #total = 0;
  #from = 0;
  #to = 0;

  constructor(waitS: number) {
    this.#back = waitS / gridS;
    this.#totals = new Float64Array(Math.ceil(this.#back) + 2);
  }

  push(jobs: number): void {
    const totals = this.#totals;
    this.#total += jobs;
    this.#at = (this.#at + 1) % totals.length;
    totals[this.#at] = this.#total;
    this.#from = this.#to;
    this.#to = this.#ago(this.#back);
    // Differences only: totals stay small.
    if (this.#total < 1e9) return;
    const by = this.#from;
    for (let i = 0; i < totals.length; i++) totals[i] = totals[i]! - by;
    this.#total -= by;
    this.#to -= by;
    this.#from = 0;
  }

  #ago(steps: number): number {
    const whole = Math.floor(steps);
    const size = this.#totals.length;
    const newer = this.#totals[(this.#at - whole + size) % size]!;
    const older = this.#totals[(this.#at - whole - 1 + size) % size]!;
    return newer + (steps - whole) * (older - newer);
  }

  /** Of the jobs of one step a tolerated wait ago: how many still wait when `waiting` do. */
  late(waiting: number): number {
    return Math.max(0, this.#to - Math.max(this.#from, this.#total - waiting));
  }
}

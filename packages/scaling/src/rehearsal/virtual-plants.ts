import { gridS } from './load-grid.ts';
import { views } from './load-view.ts';

// Each candidate has a small plant of its own, in one row of a few columns: how many it wants, its queue, what it paid,
// how many of its requests came late. An order serves after the start-up time and what is given back is gone at once,
// so what is ready is the least that was wanted during one start-up time, in at most ten sub-windows: of those before the
// newest whole turn of the ring the least from each place on is kept, of those since then the least of all (van Herk's
// sliding minimum, constant work a step). Paid are ready and starting replicas, and one step of draining. Late is what
// finds a queue longer than the tolerated wait. Sums fade with a half-life of a week, by weighing the new ever more.

export interface PlantSettings {
  readonly perReplica: number;
  readonly startupS: number;
  readonly toleratedWaitS: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** On top of what a view says: margin x view, or margin x sqrt(view x mean), which is wider when little arrives. */
export const margins: readonly number[] = [-0.03, 0, 0.03, 0.07, 0.12, 0.18, 0.27, 0.4, 0.6, 0.9, 1.5, 3];
export const marginForms = ['share', 'root'] as const;
export const candidateCount = views.length * marginForms.length * margins.length;

const halfLifeS = 7 * 86_400;
/** How much time the sums hold when they have forgotten as much as they learn, seconds. */
export const memoryS = halfLifeS / Math.LN2;
const growth = 2 ** (gridS / halfLifeS);
const subWindows = 10;
const drainSteps = 1;
/** Late requests further apart than this are two episodes. */
export const episodeGapSteps = 60;
/** A queue is to be gone in a minute and half a start-up time. */
const drainS = 60;
/** But with at most two fifths more than arrives, a long queue being an integral of the past, or with as many as were ever needed. */
export const drainShare = 0.4;
/** Rounding up starts here: what a fifth of a replica too few leaves waiting is worked off when the queue is counted. */
export const roundingSlack = 0.2;

/** What the candidates see of the load, requests per second. */
export interface Seen {
  /** By view. */
  readonly values: Float64Array;
  readonly mean: number;
  /** Nothing beyond it is tried. */
  readonly cap: number;
  readonly newest: number;
  /** The highest of days. */
  readonly highest: number;
  /** What every candidate provides for at least. */
  readonly floor: number;
}

export class VirtualPlants {
  readonly settings: PlantSettings;
  readonly wanted = new Float64Array(candidateCount);
  readonly paid = new Float64Array(candidateCount);
  readonly late = new Float64Array(candidateCount);
  /** Time with less ready than demand needs, in the weight of `time`. */
  readonly short = new Float64Array(candidateCount);
  /** Sum of squares of the episodes' late requests: how lumpy lateness is. */
  readonly lumps = new Float64Array(candidateCount);
  /** Requests that arrived, in the same weight as `late`. */
  arrived = 0;
  /** Time passed, in the same weight as `paid`. */
  time = 0;
  weight = 1;
  readonly #queue = new Float64Array(candidateCount);
  readonly #episode = new Float64Array(candidateCount);
  readonly #quiet = new Float64Array(candidateCount);
  readonly #windows: number;
  /** By place in the ring of sub-windows, a row of candidates each: the least from there on to the end of the ring. */
  readonly #rest: Float64Array;
  /** The least since the ring began anew. */
  readonly #since = new Float64Array(candidateCount);
  readonly #oldest = new Float64Array(candidateCount);
  readonly #newest = new Float64Array(candidateCount);
  readonly #perSub: number;
  #subAt = 0;
  #head = 0;
  #isFresh = true;

  constructor(settings: PlantSettings) {
    this.settings = settings;
    const steps = Math.max(1, Math.round(settings.startupS / gridS));
    this.#perSub = Math.ceil(steps / subWindows);
    this.#windows = Math.ceil(steps / this.#perSub);
    this.#rest = new Float64Array(candidateCount * this.#windows);
  }

  /** Late requests of candidate `i` including the episode that still runs, squared and summed. */
  lumpsOf(i: number): number {
    return this.lumps[i]! + this.#episode[i]! ** 2;
  }

  /** One step: `rate` arrives everywhere, then every candidate looks at the views and says how many it wants. */
  step(rate: number, seen: Seen): void {
    if (!this.#isFresh) this.#run(rate);
    this.#want(seen);
    this.#isFresh = false;
  }

  #run(rate: number): void {
    const { perReplica, toleratedWaitS } = this.settings;
    const { wanted, paid } = this;
    const queue = this.#queue;
    const oldest = this.#oldest;
    const newest = this.#newest;
    this.weight *= growth;
    if (this.weight > 1e6) this.#rescale();
    const weight = this.weight;
    const arrivals = rate * gridS;
    this.arrived += arrivals * weight;
    this.time += gridS * weight;
    const most = rate / perReplica;
    for (let i = 0; i < candidateCount; i++) {
      const ready = Math.min(oldest[i]!, newest[i]!);
      paid[i] = paid[i]! + wanted[i]! * weight;
      const found = queue[i]!;
      if (found === 0 && most <= ready) {
        if (this.#episode[i]! > 0) this.#calm(i);
        continue;
      }
      if (most > ready) this.short[i] = this.short[i]! + gridS * weight;
      const speed = ready * perReplica;
      const left = Math.max(0, found + arrivals - speed * gridS);
      queue[i] = left;
      const before = found - speed * toleratedWaitS;
      const after = left - speed * toleratedWaitS;
      if (before <= 0 && after <= 0) {
        if (this.#episode[i]! > 0) this.#calm(i);
        continue;
      }
      const share = before > 0 && after > 0 ? 1 : Math.max(before, after) / Math.abs(before - after);
      const late = arrivals * share * weight;
      this.late[i] = this.late[i]! + late;
      this.#episode[i] = this.#episode[i]! + late;
      this.#quiet[i] = 0;
    }
  }

  #calm(i: number): void {
    this.#quiet[i] = this.#quiet[i]! + 1;
    if (this.#quiet[i]! <= episodeGapSteps) return;
    this.lumps[i] = this.lumps[i]! + this.#episode[i]! ** 2;
    this.#episode[i] = 0;
  }

  #want(seen: Seen): void {
    const { perReplica, startupS, minReplicas, maxReplicas } = this.settings;
    const { wanted, paid, weight } = this;
    const queue = this.#queue;
    const newest = this.#newest;
    const perRequest = 1 / perReplica;
    const drain = 1 / (drainS + startupS / 2);
    if (!this.#isFresh && ++this.#subAt >= this.#perSub) this.#roll();
    const { floor } = seen;
    const drained = Math.max((1 + drainShare) * Math.max(floor, seen.newest), seen.highest);
    let i = 0;
    for (let v = 0; v < views.length; v++) {
      const view = seen.values[v]!;
      for (let form = 0; form < 2; form++) {
        const unit = form === 0 ? view : Math.sqrt(view * seen.mean);
        for (let m = 0; m < margins.length; m++, i++) {
          const provided = Math.max(floor, Math.min(view + margins[m]! * unit, seen.cap));
          const more = queue[i]! > 0 ? Math.max(provided, Math.min(provided + queue[i]! * drain, drained)) : provided;
          let n = Math.ceil(more * perRequest - roundingSlack);
          if (!(n > minReplicas)) n = minReplicas;
          else if (n > maxReplicas) n = maxReplicas;
          const fewer = wanted[i]! - n;
          wanted[i] = n;
          if (fewer > 0) paid[i] = paid[i]! + fewer * drainSteps * weight;
          if (n < newest[i]!) newest[i] = n;
        }
      }
    }
    if (this.#isFresh) this.#begin();
  }

  /** Before the first step it was always so. */
  #begin(): void {
    this.#newest.set(this.wanted);
    this.#oldest.set(this.wanted);
    this.#since.fill(Number.POSITIVE_INFINITY);
    for (let at = 0; at < this.#windows; at++) this.#rest.set(this.wanted, at * candidateCount);
  }

  /** A sub-window is over: its least takes the place of the oldest in the ring. */
  #roll(): void {
    const rest = this.#rest;
    const since = this.#since;
    const newest = this.#newest;
    const row = this.#head * candidateCount;
    const isTurn = this.#head + 1 === this.#windows;
    for (let i = 0; i < candidateCount; i++) {
      const least = newest[i]!;
      newest[i] = Number.POSITIVE_INFINITY;
      rest[row + i] = least;
      if (least < since[i]!) since[i] = least;
      this.#oldest[i] = isTurn ? since[i]! : Math.min(since[i]!, rest[row + candidateCount + i]!);
    }
    this.#subAt = 0;
    this.#head = isTurn ? 0 : this.#head + 1;
    if (!isTurn) return;
    since.fill(Number.POSITIVE_INFINITY);
    for (let at = row - 1; at >= 0; at--) rest[at] = Math.min(rest[at]!, rest[at + candidateCount]!);
  }

  /** Takes over what another set of plants has paid and delayed: after a restart, or when the start-up time changed. */
  adopt(kept: KeptPlants): void {
    if (kept.paid.length !== candidateCount) return;
    this.arrived = kept.arrived;
    this.time = kept.time;
    for (let i = 0; i < candidateCount; i++) {
      this.paid[i] = kept.paid[i] ?? 0;
      this.late[i] = kept.late[i] ?? 0;
      this.lumps[i] = kept.lumps[i] ?? 0;
      this.short[i] = kept.short[i] ?? 0;
    }
  }

  #rescale(): void {
    const factor = 1 / this.weight;
    this.arrived *= factor;
    this.time *= factor;
    for (let i = 0; i < candidateCount; i++) {
      this.paid[i] = this.paid[i]! * factor;
      this.late[i] = this.late[i]! * factor;
      this.short[i] = this.short[i]! * factor;
      this.#episode[i] = this.#episode[i]! * factor;
      this.lumps[i] = this.lumps[i]! * factor * factor;
    }
    this.weight = 1;
  }

  toJSON(): KeptPlants {
    const factor = 1 / this.weight;
    const scaled = (values: Float64Array, by: number): number[] =>
      Array.from(values, (value) => Number((value * by).toPrecision(5)));
    return {
      arrived: this.arrived * factor,
      time: this.time * factor,
      paid: scaled(this.paid, factor),
      late: scaled(this.late, factor),
      lumps: scaled(this.lumps, factor * factor),
      short: scaled(this.short, factor),
    };
  }
}

export interface KeptPlants {
  readonly arrived: number;
  readonly time: number;
  readonly paid: readonly number[];
  readonly late: readonly number[];
  readonly lumps: readonly number[];
  readonly short: readonly number[];
}

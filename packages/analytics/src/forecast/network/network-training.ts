/**
 * Trains the global network (network.ts) on many series: batches of windows drawn by a seed, from any series alike, Adam with
 * a rate that falls to a tenth, in slices as long as the caller likes. The newest part of each series is held back: what is
 * known there after a slice says how good the weights are, and the best are kept.
 * Memory: the series' values and a few copies; time: about 2 ms a batch window.
 * Bad at: one short series alone, which it knows by heart.
 */
import { seededRng } from '@jaegis/std';
import { Adam } from '../../recurrent/adam.ts';
import type { History } from '../forecaster.ts';
import { prepareHistory } from '../prepare.ts';
import { chooseSeasons } from '../seasons.ts';
import { type ForecastNetwork, firstWeights, headSize, NetworkRun, recurrentSize } from './network.ts';
import { type SeriesView, viewOf } from './series-view.ts';

const warmSteps = 40;
const scoredSteps = 12;
const windowSteps = warmSteps + scoredSteps;
const batchWindows = 16;
const rate = 0.006;
/** Share of each series at its end that is not learned from. */
const heldShare = 0.12;
const checkWindows = 160;
const seed = 20;
/** Between two looks at what was held back. */
const lookEvery = 50;
const mostPoints = 4_096;
const leastPoints = 2 * windowSteps;

interface Learned {
  readonly view: SeriesView;
  /** Newest place that is learned from. */
  readonly learnTo: number;
}

export class NetworkTraining {
  /** The loss before any training. */
  readonly firstLoss: number;
  readonly #series: readonly Learned[];
  readonly #rounds: number;
  readonly #weights: Float64Array;
  readonly #run: NetworkRun;
  readonly #adam: Adam;
  readonly #rng = seededRng(seed);
  readonly #checks: readonly { of: Learned; first: number }[];
  #round = 0;
  #best: { weights: Float64Array; loss: number };

  /** `goesOn`: an earlier network to begin from; the same series, rounds and beginning give the same network. */
  constructor(series: readonly History[], o: { rounds: number; goesOn?: ForecastNetwork | undefined }) {
    this.#series = series.flatMap((history) => learnedOf(history) ?? []);
    this.#rounds = o.rounds;
    this.#weights = o.goesOn?.weights.slice() ?? firstWeights(seed);
    this.#run = new NetworkRun(this.#weights, windowSteps);
    const { layer, head, headGradient } = this.#run;
    this.#adam = new Adam([
      { weights: layer.weights, gradient: layer.gradient },
      { weights: head, gradient: headGradient },
    ]);
    this.#checks = this.#drawChecks();
    this.firstLoss = this.#heldLoss();
    this.#best = { weights: this.#weights.slice(), loss: this.firstLoss };
  }

  /** How many series are long enough to learn from. */
  get series(): number {
    return this.#series.length;
  }

  get isDone(): boolean {
    return this.#round >= this.#rounds || this.#series.length === 0;
  }

  /** Mean loss of the best weights on what was held back, in units of each series' usual change. */
  get loss(): number {
    return this.#best.loss;
  }

  get network(): ForecastNetwork {
    return { weights: this.#best.weights.slice() };
  }

  /** Trains on up to `rounds` batches more; every so many looks at what was held back. */
  train(rounds: number): void {
    for (let k = 0; k < rounds && !this.isDone; k++) {
      for (let w = 0; w < batchWindows; w++) {
        const { view, learnTo } = this.#rng.pick(this.#series);
        const room = learnTo - view.from - windowSteps;
        const first = view.from + this.#rng.int(0, Math.max(0, room));
        this.#run.read(view, first);
        this.#run.loss(view, { first, scoredFrom: warmSteps, until: learnTo, learns: true });
      }
      this.#adam.step(rate * (1 - (0.9 * this.#round) / this.#rounds), batchWindows);
      this.#round++;
      if (this.#round % lookEvery === 0 || this.isDone) this.#look();
    }
  }

  #look(): void {
    const loss = this.#heldLoss();
    if (loss < this.#best.loss) this.#best = { weights: this.#weights.slice(), loss };
  }

  #drawChecks(): { of: Learned; first: number }[] {
    if (this.#series.length === 0) return [];
    return Array.from({ length: checkWindows }, (_, k) => {
      const of = this.#series[k % this.#series.length]!;
      const last = of.view.values.length - 2 - windowSteps;
      return { of, first: this.#rng.int(Math.min(of.learnTo - warmSteps, last), last) };
    });
  }

  #heldLoss(): number {
    let sum = 0;
    for (const { of, first } of this.#checks) {
      this.#run.read(of.view, first);
      sum += this.#run.loss(of.view, {
        first,
        scoredFrom: warmSteps,
        until: of.view.values.length - 1,
        learns: false,
      });
    }
    return this.#checks.length === 0 ? 0 : sum / this.#checks.length;
  }
}

function learnedOf({ values: raw, start, stepMs }: History): Learned | undefined {
  const { values, observed, offset, isConstant } = prepareHistory(raw, mostPoints);
  if (isConstant || values.length < leastPoints) return undefined;
  const learnTo = Math.floor((1 - heldShare) * values.length) - 1;
  const clock = { start: start + offset * stepMs, stepMs };
  const view = viewOf({ values, observed, seasons: chooseSeasons(values, stepMs, []), clock }, learnTo);
  // A window, and something to compare it with.
  return learnTo - view.from < windowSteps + scoredSteps ? undefined : { view, learnTo };
}

/** Trains to the end in one go. */
export function trainNetwork(series: readonly History[], rounds: number): ForecastNetwork {
  const training = new NetworkTraining(series, { rounds });
  training.train(rounds);
  return training.network;
}

/** The network of kept weights; `undefined` when they are not of this version's shape. */
export function networkFrom(weights: Float64Array): ForecastNetwork | undefined {
  const fits = weights.length === recurrentSize + headSize && weights.every(Number.isFinite);
  return fits ? { weights } : undefined;
}

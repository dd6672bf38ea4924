/**
 * A global forecasting network: one LSTM (recurrent/lstm-layer.ts) for all series, whose state after a value says for each
 * head (so many steps ahead) how to mix what is known, and what to add:
 *   anchor A(h) = P(h) + q (W(h) - P(h)),   P the profile, W the week before
 *   forecast    = v + a (A(h) - A(0)) + b (A(0) - v) + s r,   a, b, q = sigmoid(...), r free, s the usual change over h steps
 * so that persistence, the profile, the profile moved to the present level and the week before are all close at hand, and
 * what is learned is when to believe which. Loss: mean of sqrt(e^2 + d^2) - d over the heads, e the error over s.
 * In the spirit of ES-RNN (Smyl 2020), whose idea it is to let a network of all series correct what a simple method says.
 * Bad at: a series unlike all others that it was trained on; the blend gives it no weight there.
 */
import { seededRng } from '@jaegis/std';
import { LstmLayer } from '../../recurrent/lstm-layer.ts';
import { heads, inputCount, type SeriesView } from './series-view.ts';

const cells = 16;
/** a, b, q, r of each head. */
const parts = 4;
const outputs = heads.length * parts;
/** Heads see the state and, past it, the inputs: what is linear need not be learned by the state. */
const seen = cells + inputCount;
const headWidth = seen + 1;
export const recurrentSize = 4 * cells * (inputCount + cells + 1);
export const headSize = outputs * headWidth;
/** Errors under this share of the usual change count by their square. */
const softness = 0.1;
/** At first: the profile's way is believed, its level half. */
const firstBias: readonly number[] = [1.5, -1, -1, 0];

/** Weights as they are kept and handed to other threads. */
export interface ForecastNetwork {
  /** `recurrentSize` of the layer, then `headSize` of the heads. */
  readonly weights: Float64Array;
}

/** One network at work: a layer over `steps` places and what its heads say. */
export class NetworkRun {
  readonly layer: LstmLayer;
  readonly head: Float64Array;
  readonly headGradient = new Float64Array(headSize);
  readonly steps: number;
  readonly #x: Float64Array;
  readonly #mix = new Float64Array(outputs);

  constructor(weights: Float64Array, steps: number) {
    this.steps = steps;
    this.layer = new LstmLayer({ inputs: inputCount, cells, steps }, weights.subarray(0, recurrentSize));
    this.head = weights.subarray(recurrentSize);
    this.#x = new Float64Array(steps * inputCount);
  }

  /** Reads the `steps` places of a series from `first` on; the state goes on from the last read when `goesOn`. */
  read(view: SeriesView, first: number, goesOn = false): void {
    const { hidden, cell } = this.layer;
    for (const state of [hidden, cell]) {
      if (goesOn) state.copyWithin(0, this.steps * cells);
      else state.fill(0, 0, cells);
    }
    for (let k = 0; k < this.steps; k++) view.write(first + k, this.#x, k * inputCount);
    this.layer.forward(this.#x);
  }

  /** What the heads say after the `k`-th place: a, b, q, r of each, to `mix`. */
  mixAt(k: number, mix: Float64Array): void {
    const h = (k + 1) * cells;
    const x = k * inputCount;
    for (let o = 0; o < outputs; o++) {
      const row = o * headWidth;
      let sum = this.head[row + seen]!;
      for (let j = 0; j < cells; j++) sum += this.head[row + j]! * this.layer.hidden[h + j]!;
      for (let j = 0; j < inputCount; j++) sum += this.head[row + cells + j]! * this.#x[x + j]!;
      mix[o] = o % parts === 3 ? sum : 1 / (1 + Math.exp(-sum));
    }
  }

  /**
   * Loss of the places read since `first`, mean over those from `scoredFrom` on and their heads whose truth lies at or
   * before `until`; adds its gradient when `learns`. 0 where there is nothing to compare.
   */
  loss(view: SeriesView, o: { first: number; scoredFrom: number; until: number; learns: boolean }): number {
    const { values, observed, errors } = view;
    const { outputGradient, hidden } = this.layer;
    const mix = this.#mix;
    const gradient = new Float64Array(outputs);
    let count = 0;
    for (let k = o.scoredFrom; k < this.steps; k++)
      for (const h of heads) if (isKnown(observed, o.first + k + h, o.until)) count++;
    if (count === 0) return 0;
    outputGradient.fill(0);
    let loss = 0;
    for (let k = o.scoredFrom; k < this.steps; k++) {
      const t = o.first + k;
      const v = values[t]!;
      this.mixAt(k, mix);
      gradient.fill(0);
      const p0 = view.profile(t, 0);
      const w0 = view.week(t, 0);
      for (let j = 0; j < heads.length; j++) {
        const h = heads[j]!;
        if (!isKnown(observed, t + h, o.until)) continue;
        const m = j * parts;
        const a = mix[m]!;
        const b = mix[m + 1]!;
        const q = mix[m + 2]!;
        const ph = view.profile(t, h);
        const dh = view.week(t, h) - ph;
        const anchor = p0 + q * (w0 - p0);
        const way = ph + q * dh - anchor;
        const e = (v + a * way + b * (anchor - v) - values[t + h]!) / errors[j]! + mix[m + 3]!;
        const size = Math.sqrt(e * e + softness * softness);
        loss += (size - softness) / count;
        const de = e / size / count;
        const ds = de / errors[j]!;
        gradient[m] = ds * way * a * (1 - a);
        gradient[m + 1] = ds * (anchor - v) * b * (1 - b);
        gradient[m + 2] = ds * (a * (dh - (w0 - p0)) + b * (w0 - p0)) * q * (1 - q);
        gradient[m + 3] = de;
      }
      if (!o.learns) continue;
      const place = (k + 1) * cells;
      for (let out = 0; out < outputs; out++) {
        const g = gradient[out]!;
        if (g === 0) continue;
        const row = out * headWidth;
        for (let j = 0; j < cells; j++) {
          this.headGradient[row + j]! += g * hidden[place + j]!;
          outputGradient[k * cells + j]! += g * this.head[row + j]!;
        }
        for (let j = 0; j < inputCount; j++) this.headGradient[row + cells + j]! += g * this.#x[k * inputCount + j]!;
        this.headGradient[row + seen]! += g;
      }
    }
    if (o.learns) this.layer.backward(new Float64Array(cells), new Float64Array(cells));
    return loss;
  }
}

/** Forecasts of 1..out.length steps after place `t`, from what the heads said there. */
export function forecastFrom(view: SeriesView, t: number, mix: Float64Array, out: Float64Array): void {
  const v = view.values[t]!;
  const p0 = view.profile(t, 0);
  const w0 = view.week(t, 0);
  let j = 0;
  for (let i = 0; i < out.length; i++) {
    const h = i + 1;
    while (j + 1 < heads.length && heads[j + 1]! <= h) j++;
    const k = Math.min(j + 1, heads.length - 1);
    const share = k === j ? 0 : (h - heads[j]!) / (heads[k]! - heads[j]!);
    const between = (part: number) => mix[j * parts + part]! * (1 - share) + mix[k * parts + part]! * share;
    const q = between(2);
    const ph = view.profile(t, h);
    const anchor = p0 + q * (w0 - p0);
    const way = ph + q * (view.week(t, h) - ph) - anchor;
    const size = view.errors[j]! * (1 - share) + view.errors[k]! * share;
    out[i] = v + between(0) * way + between(1) * (anchor - v) + size * between(3);
  }
}

/** Weights before any training, the same from the same seed. */
export function firstWeights(seed: number): Float64Array {
  const rng = seededRng(seed);
  const weights = new Float64Array(recurrentSize + headSize);
  weights.set(new LstmLayer({ inputs: inputCount, cells, steps: 1 }, rng).weights);
  for (let o = 0; o < outputs; o++) {
    const row = recurrentSize + o * headWidth;
    for (let j = 0; j < cells; j++) weights[row + j] = (0.1 * rng.normal()) / Math.sqrt(cells);
    weights[row + seen] = firstBias[o % parts]!;
  }
  return weights;
}

function isKnown(observed: Uint8Array, place: number, until: number): boolean {
  return place <= until && observed[place] === 1;
}

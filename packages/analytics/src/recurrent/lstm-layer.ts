/**
 * One LSTM layer over a short window, forwards and backwards in time (Hochreiter & Schmidhuber 1997), on typed arrays:
 *   i, f, o = sigmoid(W [x, h, 1]),  g = tanh(W [x, h, 1]),  c' = f c + i g,  h' = o tanh(c').
 * `forward` remembers what `backward` needs; `backward` adds the gradient of the weights and gives that of the first state.
 * The gradients are compared with finite differences in the test.
 * Bad at: long windows, whose memory grows with every step.
 */
import type { Rng } from '@jaegis/std';

export class LstmLayer {
  readonly inputs: number;
  readonly cells: number;
  readonly steps: number;
  /** 4·cells rows (i, f, o, g) of inputs + cells + 1 weights. */
  readonly weights: Float64Array;
  readonly gradient: Float64Array;
  /** (steps + 1) x cells: the hidden and the cell state before each step and after the last. */
  readonly hidden: Float64Array;
  readonly cell: Float64Array;
  /** steps x cells: what flows back into each step's output from outside; set by the caller before `backward`. */
  readonly outputGradient: Float64Array;
  readonly #gates: Float64Array;
  readonly #inputs: Float64Array;
  readonly #width: number;

  /** Starts from given weights, which it keeps and changes only by what the caller does with the gradient, or from chance. */
  constructor(shape: { inputs: number; cells: number; steps: number }, start: Rng | Float64Array) {
    const { inputs, cells, steps } = shape;
    this.inputs = inputs;
    this.cells = cells;
    this.steps = steps;
    this.#width = inputs + cells + 1;
    this.weights = start instanceof Float64Array ? start : firstWeights(cells, this.#width, start);
    this.gradient = new Float64Array(this.weights.length);
    this.hidden = new Float64Array((steps + 1) * cells);
    this.cell = new Float64Array((steps + 1) * cells);
    this.outputGradient = new Float64Array(steps * cells);
    this.#gates = new Float64Array(steps * 4 * cells);
    this.#inputs = new Float64Array(steps * inputs);
  }

  /** `x` is steps x inputs, row-major; the first state lies in the first `cells` of `hidden` and `cell`. */
  forward(x: Float64Array): void {
    const { cells, inputs, steps, weights, hidden, cell } = this;
    const activations = this.#gates;
    const width = this.#width;
    this.#inputs.set(x);
    for (let t = 0; t < steps; t++) {
      const h0 = t * cells;
      const gates = 4 * h0;
      for (let k = 0; k < 4 * cells; k++) {
        const row = k * width;
        let sum = weights[row + inputs + cells]!;
        for (let j = 0; j < inputs; j++) sum += weights[row + j]! * x[t * inputs + j]!;
        for (let j = 0; j < cells; j++) sum += weights[row + inputs + j]! * hidden[h0 + j]!;
        activations[gates + k] = k < 3 * cells ? 1 / (1 + Math.exp(-sum)) : Math.tanh(sum);
      }
      for (let k = 0; k < cells; k++) {
        const i = activations[gates + k]!;
        const f = activations[gates + cells + k]!;
        const o = activations[gates + 2 * cells + k]!;
        const g = activations[gates + 3 * cells + k]!;
        const c = f * cell[h0 + k]! + i * g;
        cell[h0 + cells + k] = c;
        hidden[h0 + cells + k] = o * Math.tanh(c);
      }
    }
  }

  /** `dh` and `dc` are the gradients of the last state; afterwards those of the first. */
  backward(dh: Float64Array, dc: Float64Array): void {
    const { cells, inputs, weights, gradient, hidden, cell } = this;
    const activations = this.#gates;
    const given = this.#inputs;
    const width = this.#width;
    const dz = new Float64Array(4 * cells);
    for (let t = this.steps - 1; t >= 0; t--) {
      const h0 = t * cells;
      const gates = 4 * h0;
      for (let k = 0; k < cells; k++) {
        const i = activations[gates + k]!;
        const f = activations[gates + cells + k]!;
        const o = activations[gates + 2 * cells + k]!;
        const g = activations[gates + 3 * cells + k]!;
        const tanhC = Math.tanh(cell[h0 + cells + k]!);
        const dHidden = dh[k]! + this.outputGradient[h0 + k]!;
        const dCell = dc[k]! + dHidden * o * (1 - tanhC * tanhC);
        dz[k] = dCell * g * i * (1 - i);
        dz[cells + k] = dCell * cell[h0 + k]! * f * (1 - f);
        dz[2 * cells + k] = dHidden * tanhC * o * (1 - o);
        dz[3 * cells + k] = dCell * i * (1 - g * g);
        dc[k] = dCell * f;
      }
      dh.fill(0);
      for (let k = 0; k < 4 * cells; k++) {
        const row = k * width;
        const d = dz[k]!;
        for (let j = 0; j < inputs; j++) gradient[row + j]! += d * given[t * inputs + j]!;
        for (let j = 0; j < cells; j++) {
          gradient[row + inputs + j]! += d * hidden[h0 + j]!;
          dh[j]! += d * weights[row + inputs + j]!;
        }
        gradient[row + inputs + cells]! += d;
      }
    }
  }
}

function firstWeights(cells: number, width: number, rng: Rng): Float64Array {
  const weights = Float64Array.from({ length: 4 * cells * width }, () => rng.normal() / Math.sqrt(width));
  // Forgetting starts almost off, or nothing would ever be remembered long enough to be worth remembering.
  for (let k = cells; k < 2 * cells; k++) weights[k * width + width - 1] = 1;
  return weights;
}

/**
 * Adam (Kingma and Ba 2015): each weight moves by its gradient's running mean over the root of its running square,
 *   w -= rate * (m / (1 - 0.9^n)) / (sqrt(v / (1 - 0.999^n)) + 1e-8),
 * the gradient of a batch shortened to length 1 where it is longer, so that one wild window cannot undo the others.
 * Bad at: rates that never fall (the callers lower theirs).
 */
const momentum = 0.9;
const variance = 0.999;
const mostGradient = 1;

/** Weights and the gradient that the caller adds up for them, of equal length. */
export interface Parameter {
  readonly weights: Float64Array;
  readonly gradient: Float64Array;
}

export class Adam {
  readonly #parameters: readonly Parameter[];
  readonly #moments: readonly { first: Float64Array; second: Float64Array }[];
  #steps = 0;

  constructor(parameters: readonly Parameter[]) {
    this.#parameters = parameters;
    this.#moments = parameters.map(({ weights }) => ({
      first: new Float64Array(weights.length),
      second: new Float64Array(weights.length),
    }));
  }

  /** Moves the weights against the mean gradient of `batch` windows, and empties the gradient. */
  step(rate: number, batch: number): void {
    let squares = 0;
    for (const { gradient } of this.#parameters) for (const g of gradient) squares += (g / batch) ** 2;
    const scale = Math.min(1, mostGradient / Math.sqrt(squares || 1)) / batch;
    this.#steps++;
    const correct1 = 1 - momentum ** this.#steps;
    const correct2 = 1 - variance ** this.#steps;
    this.#parameters.forEach(({ weights, gradient }, p) => {
      const { first, second } = this.#moments[p]!;
      for (let i = 0; i < weights.length; i++) {
        const g = gradient[i]! * scale;
        first[i] = momentum * first[i]! + (1 - momentum) * g;
        second[i] = variance * second[i]! + (1 - variance) * g * g;
        weights[i]! -= (rate * (first[i]! / correct1)) / (Math.sqrt(second[i]! / correct2) + 1e-8);
      }
      gradient.fill(0);
    });
  }
}

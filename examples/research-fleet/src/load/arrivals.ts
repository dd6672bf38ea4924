/**
 * An open loop: questions arrive by a Poisson process whatever the fleet does, as people's questions do. With a changing
 * rate the process is thinned by time-rescaling: an exponential amount of "expected questions" is drawn, and time runs
 * until the integral of the rate has used it up. A loop that waited for answers would hide an overload from itself.
 */
export class Arrivals {
  #due: number;
  readonly #draw: () => number;

  /** `draw` gives exponential numbers of mean 1. */
  constructor(draw: () => number) {
    this.#draw = draw;
    this.#due = draw();
  }

  /** How many questions arrive while `elapsedMs` pass at `ratePerSecond`. */
  advance(elapsedMs: number, ratePerSecond: number): number {
    this.#due -= (ratePerSecond * elapsedMs) / 1_000;
    let arrived = 0;
    while (this.#due <= 0) {
      arrived++;
      this.#due += this.#draw();
    }
    return arrived;
  }
}

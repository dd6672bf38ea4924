import { gridS } from '../rehearsal/load-grid.ts';

// The ways to look at the arrivals of a job queue: a mean that forgets with 1, 5, 15 or 60 minutes, as it is or as the
// highest of the last 5 or 15, so that workers are kept where bursts come back soon. In jobs per second. O(1) a step.
// Bad at: rhythms of a day, which only show when they have begun.

const memoriesS: readonly number[] = [60, 300, 900];
const holdsS: readonly number[] = [0, 300, 900, 3_600];

export const jobViews: readonly { readonly memoryS: number; readonly holdS: number }[] = memoriesS.flatMap((memoryS) =>
  holdsS.map((holdS) => ({ memoryS, holdS })),
);

export class JobView {
  /** By view. */
  readonly values = new Float64Array(jobViews.length);
  readonly #means = new Float64Array(memoriesS.length);
  readonly #highest: Highest[] = jobViews.map(() => new Highest());
  #step = 0;

  constructor(means?: readonly number[]) {
    if (means === undefined) return;
    // No longer young.
    this.#step = Math.max(...memoriesS) / gridS;
    for (let i = 0; i < memoriesS.length; i++) this.#means[i] = means[i] ?? 0;
  }

  observe(rate: number): void {
    this.#step++;
    for (let i = 0; i < memoriesS.length; i++) {
      // Young means are those of what was seen.
      const gain = Math.max(1 - Math.exp(-gridS / memoriesS[i]!), this.#isYoung(i) ? 1 / this.#step : 0);
      this.#means[i] = this.#means[i]! + gain * (rate - this.#means[i]!);
    }
    for (let i = 0; i < jobViews.length; i++) {
      const mean = this.#means[Math.floor(i / holdsS.length)]!;
      this.values[i] = this.#highest[i]!.push(mean, this.#step, jobViews[i]!.holdS / gridS);
    }
  }

  #isYoung(i: number): boolean {
    return this.#step * gridS < memoriesS[i]!;
  }

  /** Of the last minute. */
  get newest(): number {
    return this.#means[0]!;
  }

  toJSON(): number[] {
    return Array.from(this.#means, (value) => Number(value.toPrecision(6)));
  }
}

/** The highest of the last so many steps: a queue of those that may still become it. */
class Highest {
  readonly #points: { at: number; value: number }[] = [];

  push(value: number, at: number, steps: number): number {
    const points = this.#points;
    while (points.length > 0 && points.at(-1)!.value <= value) points.pop();
    points.push({ at, value });
    while (points[0]!.at <= at - Math.max(1, steps)) points.shift();
    return points[0]!.value;
  }
}

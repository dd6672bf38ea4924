/**
 * Exemplars on their way out. They are not spooled: an exemplar is a hint where to look now. Each waits for the next sample
 * of its series, and is forgotten when none comes for long, or when too many wait.
 */
import type { Labels } from '@jaegis/model';
import type { OutgoingExemplar } from './outgoing.ts';

const seriesLimit = 10_000;
/** Of one series; as many as a histogram may have. */
const perSeries = 20;
const patienceMs = 5 * 60_000;

interface Waiting {
  readonly since: number;
  readonly exemplars: OutgoingExemplar[];
}

export class ExemplarRoom {
  /** The series that has waited longest first. */
  readonly #waiting = new Map<Labels, Waiting>();

  /** `series` is the very object that its samples come with. */
  add(series: Labels, exemplar: OutgoingExemplar, now: number): void {
    const known = this.#waiting.get(series);
    if (known !== undefined) {
      known.exemplars.push(exemplar);
      if (known.exemplars.length > perSeries) known.exemplars.shift();
      return;
    }
    for (const [oldest, { since }] of this.#waiting) {
      if (this.#waiting.size < seriesLimit && now - since < patienceMs) break;
      this.#waiting.delete(oldest);
    }
    this.#waiting.set(series, { since: now, exemplars: [exemplar] });
  }

  /** Those of a series, to leave with a sample of it. */
  take(series: Labels): readonly OutgoingExemplar[] | undefined {
    if (this.#waiting.size === 0) return undefined;
    const found = this.#waiting.get(series);
    if (found !== undefined) this.#waiting.delete(series);
    return found?.exemplars;
  }
}

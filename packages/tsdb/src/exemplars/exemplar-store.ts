/**
 * The newest exemplars of all series, in one ring of fixed size: a new one takes the place of the oldest of all. Those of
 * a series form a list from the newest to the oldest; a link to a place that was overwritten is told by its serial
 * number. They are kept in memory only: an exemplar is a hint where to look now, not a record.
 */
import type { Exemplar, Labels, SeriesRef } from '@jaegis/model';

interface Place {
  readonly exemplar: Exemplar;
  /** Counts up with every exemplar; the place is `serial % size`. */
  readonly serial: number;
  /** Serial of the series' exemplar before this one, or -1. */
  readonly previous: number;
}

export class ExemplarStore {
  readonly #ring: (Place | undefined)[];
  /** Serial of each series' newest exemplar; entries go when that exemplar is overwritten. */
  readonly #newest = new Map<SeriesRef, number>();
  #next = 0;
  #refused = 0;

  /** Keeps at most `size` exemplars. */
  constructor(size: number) {
    this.#ring = new Array(size).fill(undefined);
  }

  /** Keeps those that are newer than the newest of their series; a repetition counts as kept. Returns how many. */
  add(exemplars: readonly Exemplar[]): number {
    let kept = 0;
    for (const exemplar of exemplars) if (this.#addOne(exemplar)) kept++;
    this.#refused += exemplars.length - kept;
    return kept;
  }

  #addOne(exemplar: Exemplar): boolean {
    const previous = this.#newest.get(exemplar.ref) ?? -1;
    const last = this.#at(previous)?.exemplar;
    if (last !== undefined && exemplar.at <= last.at) return exemplar.at === last.at && isSame(exemplar, last);
    const serial = this.#next++;
    const index = serial % this.#ring.length;
    const out = this.#ring[index];
    if (out !== undefined && this.#newest.get(out.exemplar.ref) === out.serial) this.#newest.delete(out.exemplar.ref);
    this.#ring[index] = { exemplar, serial, previous };
    this.#newest.set(exemplar.ref, serial);
    return true;
  }

  /** The exemplars within [fromMs, toMs] of the series that `fits`, oldest first; series without any are left out. */
  select(
    fits: (ref: SeriesRef) => Labels | undefined,
    fromMs: number,
    toMs: number,
  ): { labels: Labels; exemplars: Exemplar[] }[] {
    const found: { labels: Labels; exemplars: Exemplar[] }[] = [];
    for (const [ref, newest] of this.#newest) {
      const labels = fits(ref);
      if (labels === undefined) continue;
      const exemplars: Exemplar[] = [];
      for (let place = this.#at(newest); place !== undefined; place = this.#at(place.previous)) {
        const { at } = place.exemplar;
        if (at >= fromMs && at <= toMs) exemplars.push(place.exemplar);
      }
      if (exemplars.length > 0) found.push({ labels, exemplars: exemplars.reverse() });
    }
    return found;
  }

  stats(): { exemplars: number; series: number; refused: number } {
    return { exemplars: Math.min(this.#next, this.#ring.length), series: this.#newest.size, refused: this.#refused };
  }

  #at(serial: number): Place | undefined {
    const place = serial < 0 ? undefined : this.#ring[serial % this.#ring.length];
    return place?.serial === serial ? place : undefined;
  }
}

function isSame(a: Exemplar, b: Exemplar): boolean {
  const names = Object.keys(a.labels);
  return (
    Object.is(a.value, b.value) &&
    names.length === Object.keys(b.labels).length &&
    names.every((name) => a.labels[name] === b.labels[name])
  );
}

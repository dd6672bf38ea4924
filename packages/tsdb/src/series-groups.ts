import type { Labels } from '@jaegis/model';

/** Counts series by group, with a limit for each. There are never more groups than series. */
export class SeriesGroups {
  readonly #counts = new Map<string, number>();
  readonly #groupOf: (labels: Labels) => string;
  readonly #limit: number;

  constructor(groupOf: (labels: Labels) => string, limit: number) {
    this.#groupOf = groupOf;
    this.#limit = limit;
  }

  /** In words what is full, when the group of these labels is. */
  fullness(labels: Labels): string | undefined {
    const group = this.#groupOf(labels);
    const count = this.#counts.get(group) ?? 0;
    if (count < this.#limit) return undefined;
    return `${JSON.stringify(group)} has ${count} series, must be fewer than ${this.#limit}`;
  }

  add(labels: Labels): void {
    const group = this.#groupOf(labels);
    this.#counts.set(group, (this.#counts.get(group) ?? 0) + 1);
  }

  remove(labels: Labels): void {
    const group = this.#groupOf(labels);
    const left = (this.#counts.get(group) ?? 0) - 1;
    if (left > 0) this.#counts.set(group, left);
    else this.#counts.delete(group);
  }
}

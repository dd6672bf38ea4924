import type { Anomaly } from '@jaegis/model';

/**
 * Of the anomalies of one metric in one pool only the first `most` that are open at once are told, and `mostOfAll` of all, each
 * from its beginning to its end: a cause that moves ten thousand series is told in a few words. The others are counted.
 */
export class ToldGroups {
  readonly #most: number;
  readonly #mostOfAll: number;
  /** Open and told, by group. */
  readonly #told = new Map<string, Set<string>>();
  #open = 0;
  #begun = 0;
  #kept = 0;

  constructor(most: number, mostOfAll: number) {
    this.#most = most;
    this.#mostOfAll = mostOfAll;
  }

  /** Whether this news of an anomaly (it opened, grew worse, ended) is to be told. */
  mayTell({ id, pool, signal, endedAt }: Anomaly): boolean {
    const group = `${pool} ${signal}`;
    const told = this.#told.get(group);
    if (told?.has(id) === true) {
      if (endedAt !== null && told.delete(id)) this.#open--;
      if (told.size === 0) this.#told.delete(group);
      return true;
    }
    if (endedAt !== null) return false;
    if ((told !== undefined && told.size >= this.#most) || this.#open >= this.#mostOfAll) {
      this.#kept++;
      return false;
    }
    this.#open++;
    this.#begun++;
    if (told === undefined) this.#told.set(group, new Set([id]));
    else told.add(id);
    return true;
  }

  isTold({ id, pool, signal }: Anomaly): boolean {
    return this.#told.get(`${pool} ${signal}`)?.has(id) === true;
  }

  /** Anomalies that were told. */
  get begun(): number {
    return this.#begun;
  }

  /** News that was kept back. */
  get kept(): number {
    return this.#kept;
  }
}

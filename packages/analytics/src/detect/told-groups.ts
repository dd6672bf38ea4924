import type { Anomaly } from '@jaegis/model';

/**
 * Of the anomalies of one metric in one pool only the first `most` that are open at once are told, each from its beginning to
 * its end: a cause that moves a thousand series is told in a few words. The others are counted.
 */
export class ToldGroups {
  readonly #most: number;
  /** Open and told, by group. */
  readonly #told = new Map<string, Set<string>>();
  #kept = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether this news of an anomaly (it opened, grew worse, ended) is to be told. */
  mayTell({ id, pool, signal, endedAt }: Anomaly): boolean {
    const group = `${pool} ${signal}`;
    const told = this.#told.get(group);
    if (told?.has(id) === true) {
      if (endedAt !== null) told.delete(id);
      if (told.size === 0) this.#told.delete(group);
      return true;
    }
    if (endedAt !== null) return false;
    if (told !== undefined && told.size >= this.#most) {
      this.#kept++;
      return false;
    }
    if (told === undefined) this.#told.set(group, new Set([id]));
    else told.add(id);
    return true;
  }

  isTold({ id, pool, signal }: Anomaly): boolean {
    return this.#told.get(`${pool} ${signal}`)?.has(id) === true;
  }

  /** News that was kept back. */
  get kept(): number {
    return this.#kept;
  }
}

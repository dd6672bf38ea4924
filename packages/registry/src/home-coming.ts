/**
 * After a restart: how much longer than usual the silence of those who were there before may last. Agents find us again with
 * waits of up to two of their intervals between tries, later on a machine that has no time for them, and how late the first of
 * them come tells how late the others may be:
 *   extra = max(2 intervals, 2 x latest so far - the usual limit),   all of `longestMs` while nobody has come
 * Bad at: a fleet of which everybody hung while we were away; that is known after `longestMs` only.
 */
export class HomeComing {
  static readonly longestMs = 120_000;
  static readonly #retryIntervals = 2;
  readonly #usualIntervals: number;
  /** Of those who came: how many, and the latest, in intervals of its own. */
  #back = 0;
  #latest = 0;

  constructor(usualIntervals: number) {
    this.#usualIntervals = usualIntervals;
  }

  /** Somebody who was there before the restart is heard again, `afterMs` from its end. */
  came(afterMs: number, intervalMs: number): void {
    this.#back++;
    this.#latest = Math.max(this.#latest, afterMs / intervalMs);
  }

  /** On top of the usual limit, milliseconds. */
  extraMs(intervalMs: number): number {
    const retryMs = HomeComing.#retryIntervals * intervalMs;
    const mostMs = Math.max(retryMs, HomeComing.longestMs - this.#usualIntervals * intervalMs);
    if (this.#back === 0) return mostMs;
    return Math.min(mostMs, Math.max(retryMs, (2 * this.#latest - this.#usualIntervals) * intervalMs));
  }
}

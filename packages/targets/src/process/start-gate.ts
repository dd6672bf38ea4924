/** A process waiting to be started. */
export interface StartTicket {
  start(now: number): void;
  /** True once the start no longer needs its place: ready, gone, or quietly waiting. */
  isSettled(now: number): boolean;
}

/**
 * Lets only so many processes start up at the same time, first come first served. Starting a runtime costs a core for
 * some hundred milliseconds: a thousand at once would starve those that already serve. A light process settles within
 * one look, so that many of them are through within seconds.
 */
export class StartGate {
  readonly #waiting = new Set<StartTicket>();
  readonly #starting = new Set<StartTicket>();
  readonly #atOnce: number;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Queues a start; it happens in a later `pump`. */
  request(ticket: StartTicket): void {
    this.#waiting.add(ticket);
  }

  /** Gives up a place in the queue, or at the gate. */
  leave(ticket: StartTicket): void {
    this.#waiting.delete(ticket);
    this.#starting.delete(ticket);
  }

  /** Starts what may be started now. Called often by whoever owns the time. */
  pump(now: number): void {
    for (const ticket of this.#starting) if (ticket.isSettled(now)) this.#starting.delete(ticket);
    for (const ticket of this.#waiting) {
      if (this.#starting.size >= this.#atOnce) return;
      this.#waiting.delete(ticket);
      this.#starting.add(ticket);
      ticket.start(now);
    }
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get starting(): number {
    return this.#starting.size;
  }
}

import type { Cancel, Clock } from '@jaegis/std';

interface Timer {
  at: number;
  readonly everyMs: number | null;
  readonly run: () => void | Promise<void>;
}

/** Time that moves only when a test moves it. */
export class FakeClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  every(intervalMs: number, run: () => void | Promise<void>): Cancel {
    return this.#add({ at: this.#now + intervalMs, everyMs: intervalMs, run });
  }

  after(delayMs: number, run: () => void | Promise<void>): Cancel {
    return this.#add({ at: this.#now + delayMs, everyMs: null, run });
  }

  /** Moves time on, timer by timer, and lets promises and files get on between them. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.at);
      if (due.everyMs === null) this.#timers.delete(due);
      else due.at += due.everyMs;
      void due.run();
      await Promise.resolve();
    }
    this.#now = end;
    await new Promise((resolve) => setImmediate(resolve));
  }

  #add(timer: Timer): Cancel {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}

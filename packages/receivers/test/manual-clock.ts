import type { Cancel, Clock } from '@jaegis/std';

interface Timer {
  readonly at: number;
  readonly delayMs: number;
  readonly run: () => void | Promise<void>;
}

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  readonly timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void | Promise<void>): Cancel {
    const timer = { at: this.#now + delayMs, delayMs, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  every(): Cancel {
    throw new Error('not needed here');
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.timers]) {
      if (timer.at > this.#now) continue;
      this.timers.delete(timer);
      void timer.run();
    }
  }
}

/** Lets real input and output go on until `isTrue`; fails after many turns of the event loop. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200_000; turn++) {
    if (isTrue()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('what was waited for did not happen');
}

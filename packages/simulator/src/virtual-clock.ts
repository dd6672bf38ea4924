import type { Cancel, Clock } from '@jaegis/std';

/** A clock that moves only when told to. */
export interface VirtualClock extends Clock {
  /**
   * Moves time on by `ms`, running what falls due in order of time (and of registration, where times are equal). After
   * each run all promises that can settle without real I/O have settled, so that async loops run as they would live.
   */
  advance(ms: number): Promise<void>;
  /** Time that passes while nothing runs, as in a stopped process: what fell due meanwhile is late, and runs next. */
  standStill(ms: number): void;
  /** Timers that wait. */
  readonly waiting: number;
}

interface Timer {
  dueAt: number;
  readonly order: number;
  run(): void;
}

/** A clock that stands at `startMs` (epoch milliseconds) until it is advanced. */
export function createVirtualClock(startMs: number): VirtualClock {
  const timers = new TimerHeap();
  let now = startMs;
  let order = 0;
  const failures: unknown[] = [];
  const schedule = (dueAt: number, run: () => void): Timer => {
    const timer = { dueAt, order: order++, run };
    timers.push(timer);
    return timer;
  };
  // A rejection nobody awaits must fail the simulation, not vanish.
  const start = (run: () => void | Promise<void>): Promise<void> | undefined => {
    try {
      const result = run();
      return result instanceof Promise ? result.catch((error: unknown) => void failures.push(error)) : undefined;
    } catch (error) {
      failures.push(error);
      return undefined;
    }
  };
  return {
    now: () => now,
    after(delayMs, run): Cancel {
      let isCancelled = false;
      schedule(now + Math.max(0, delayMs), () => {
        if (!isCancelled) start(run);
      });
      return () => {
        isCancelled = true;
      };
    },
    every(intervalMs, run): Cancel {
      let isCancelled = false;
      let isRunning = false;
      const tick = (): void => {
        if (isCancelled) return;
        schedule(now + intervalMs, tick);
        if (isRunning) return;
        const pending = start(run);
        if (pending === undefined) return;
        isRunning = true;
        void pending.then(() => {
          isRunning = false;
        });
      };
      schedule(now + intervalMs, tick);
      return () => {
        isCancelled = true;
      };
    },
    async advance(ms) {
      const end = now + ms;
      for (let next = timers.peek(); next !== undefined && next.dueAt <= end; next = timers.peek()) {
        timers.pop();
        now = Math.max(now, next.dueAt);
        next.run();
        await settle();
        if (failures.length > 0) throw failures.shift();
      }
      now = end;
      await settle();
      if (failures.length > 0) throw failures.shift();
    },
    standStill(ms) {
      now += ms;
    },
    get waiting() {
      return timers.size;
    },
  };
}

/** One turn of the event loop: every promise chain that needs no real I/O has run to its end when it comes back. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A binary heap by time, then by registration. */
class TimerHeap {
  readonly #items: Timer[] = [];

  get size(): number {
    return this.#items.length;
  }

  peek(): Timer | undefined {
    return this.#items[0];
  }

  push(timer: Timer): void {
    const items = this.#items;
    let at = items.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = timer;
  }

  pop(): Timer | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && isBefore(items[child + 1]!, items[child]!)) child++;
      if (!isBefore(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return first;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
}

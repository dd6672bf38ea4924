import { BugError, type Cancel, type Clock } from '@jaegis/std';
import type { Log } from './log.ts';

export interface LoopStats {
  readonly name: string;
  runs: number;
  failures: number;
  lastMs: number;
  lastAt: number | null;
}

/** A loop that threw rests before its next run: 1, 2, 4 ... at most 60 intervals' worth of seconds. */
const maxRestMs = 60_000;

/**
 * Runs the server's loops on a clock. A loop that throws harms no other: it is logged (as `BUG` when our own promise
 * broke), counted, rested and run again. The process lives.
 */
export class LoopRunner {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #stopwatch: () => number;
  readonly #cancels: Cancel[] = [];
  readonly #stats: LoopStats[] = [];
  readonly #running = new Set<Promise<boolean>>();

  /** `stopwatch` gives milliseconds for measuring only (0 in simulations, where time does not pass inside a run). */
  constructor(options: { clock: Clock; log: Log; stopwatch: () => number }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#stopwatch = options.stopwatch;
  }

  start(name: string, intervalMs: number, run: (now: number) => void | Promise<void>): void {
    const stats: LoopStats = { name, runs: 0, failures: 0, lastMs: 0, lastAt: null };
    this.#stats.push(stats);
    let failedInRow = 0;
    let restUntil = 0;
    const cancel = this.#clock.every(intervalMs, async () => {
      const now = this.#clock.now();
      if (now < restUntil) return;
      const startedAt = this.#stopwatch();
      const pending = this.#guard(stats, () => run(now));
      this.#running.add(pending);
      const isGood = await pending;
      this.#running.delete(pending);
      failedInRow = isGood ? 0 : failedInRow + 1;
      restUntil = isGood ? 0 : now + Math.min(maxRestMs, 1_000 * 2 ** Math.min(failedInRow - 1, 10));
      stats.lastMs = this.#stopwatch() - startedAt;
      stats.lastAt = now;
    });
    this.#cancels.push(cancel);
  }

  async #guard(stats: LoopStats, run: () => void | Promise<void>): Promise<boolean> {
    stats.runs++;
    try {
      await run();
      return true;
    } catch (error) {
      stats.failures++;
      const kind = error instanceof BugError ? 'BUG' : 'failed';
      this.#log.error(
        { loop: stats.name, err: error },
        `${kind}: the ${stats.name} loop threw: ${error instanceof Error ? error.message : String(error)}`,
      );
      return false;
    }
  }

  /** Stops all loops and waits for runs that are under way. */
  async stop(): Promise<void> {
    for (const cancel of this.#cancels.splice(0)) cancel();
    await Promise.allSettled(this.#running);
  }

  stats(): readonly Readonly<LoopStats>[] {
    return this.#stats;
  }
}

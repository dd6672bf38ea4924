/**
 * Time as an argument. Only `apps/` and the simulator implement this; engines get `now` as a number and never a clock.
 * All times are epoch milliseconds.
 */
export interface Clock {
  now(): number;
  /**
   * Calls `run` every `intervalMs` until cancelled; the first call comes after one interval. Runs never overlap:
   * while a run's promise is pending, ticks that fall due are skipped.
   */
  every(intervalMs: number, run: () => void | Promise<void>): Cancel;
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void | Promise<void>): Cancel;
}

/** Stops a timer. Calling it twice is harmless. */
export type Cancel = () => void;

/** Resolves after `delayMs` of the given clock. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

import type { Clock } from '@jaegis/std';

/** The machine's own time. Timers are real; a tick that falls due while the last run is still going is skipped. */
export const systemClock: Clock = {
  now: () => Date.now(),
  every(intervalMs, run) {
    let isRunning = false;
    const timer = setInterval(() => {
      if (isRunning) return;
      const pending = run();
      if (pending === undefined) return;
      isRunning = true;
      pending.then(
        () => {
          isRunning = false;
        },
        (error: unknown) => {
          isRunning = false;
          throw error;
        },
      );
    }, intervalMs);
    return () => clearInterval(timer);
  },
  after(delayMs, run) {
    const timer = setTimeout(() => void run(), delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Lets those who work for long in the background go on one after the other. Were all to go on in the same turn of the event
 * loop, a request would wait for a slice of each; so it waits for one.
 */
export function oneByOne(nextTurn: () => Promise<void>): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let isRunning = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    while (waiting.length > 0) {
      await nextTurn();
      waiting.shift()!();
    }
    isRunning = false;
  };
  return () =>
    new Promise((resume) => {
      waiting.push(resume);
      if (!isRunning) void run();
    });
}

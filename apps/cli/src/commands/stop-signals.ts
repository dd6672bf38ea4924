/**
 * How a running server is asked to stop: the first SIGINT or SIGTERM asks, another one forces (children are adopted at the next
 * start). One request may arrive several times over: who ends a whole process group (`kill -- -PID`, systemd, a container's
 * runtime) reaches the server and also its parents, which pass it on. So what comes within a second of the first is the same request.
 */
const sameRequestMs = 1_000;

interface Signals {
  on(signal: 'SIGINT' | 'SIGTERM', listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: (signal: NodeJS.Signals) => void): unknown;
}

/** `asked` resolves to what to call the first signal; `force` is called at each later request, until `release`. Times in ms. */
export function stopSignals(
  process: Signals,
  { now, force }: { readonly now: () => number; readonly force: () => void },
): { readonly asked: Promise<string>; release(): void } {
  let ask: (signal: string) => void = () => {};
  const asked = new Promise<string>((resolve) => {
    ask = resolve;
  });
  let firstAt: number | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    firstAt ??= now();
    ask(signal === 'SIGINT' ? 'Ctrl-C' : signal);
    if (now() - firstAt >= sameRequestMs) force();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    asked,
    release: () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}

import { hostname } from 'node:os';

/** Stops a timer or a listener. Calling it twice is harmless. */
export type Cancel = () => void;

/** The process the SDK is a guest in. Tests pass one with a time of their own. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly hostName: string;
  readonly nodeVersion: string;
  /** Epoch milliseconds. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Runs once after `delayMs`. Never keeps the process alive. */
  after(delayMs: number, run: () => void): Cancel;
  /** A limit to waiting, which keeps the process alive until it is over or called off. */
  deadline(delayMs: number): { readonly over: Promise<void>; readonly cancel: Cancel };
  exit(code: number): void;
  onSignal(signal: 'SIGTERM' | 'SIGUSR2', run: () => void): Cancel;
  /** The process has nothing left to do and is about to end. */
  onEnding(run: () => void): Cancel;
  memory(): { readonly residentBytes: number; readonly heapBytes: number };
  /** CPU time used since the process started, in milliseconds. */
  cpuMs(): number;
}

/** Waits for `work`, but not longer than `delayMs`. `work` must not reject. */
export async function within(host: Host, delayMs: number, work: Promise<unknown>): Promise<void> {
  const { over, cancel } = host.deadline(delayMs);
  await Promise.race([work, over]);
  cancel();
}

export const thisProcess: Host = {
  env: process.env,
  pid: process.pid,
  hostName: hostname(),
  nodeVersion: process.version,
  now: () => Date.now(),
  random: () => Math.random(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  deadline(delayMs) {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, delayMs);
    });
    return { over, cancel: () => clearTimeout(timer) };
  },
  exit: (code) => process.exit(code),
  onSignal(signal, run) {
    process.on(signal, run);
    return () => process.off(signal, run);
  },
  onEnding(run) {
    process.once('beforeExit', run);
    return () => process.off('beforeExit', run);
  },
  memory() {
    const { rss, heapUsed } = process.memoryUsage();
    return { residentBytes: rss, heapBytes: heapUsed };
  },
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
};

import type { Cancel, Host } from '../src/host.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** A process whose time only moves when a test moves it. */
export class FakeHost implements Host {
  readonly env: Record<string, string | undefined>;
  readonly pid: number = 4242;
  readonly hostName: string = 'box';
  readonly nodeVersion: string = 'v20.20.0';
  readonly exits: number[] = [];
  readonly #timers = new Set<Timer>();
  #now = 1_700_000_000_000;
  readonly #onSignal = new Map<string, () => void>();

  constructor(env: Record<string, string | undefined> = {}) {
    this.env = env;
  }

  now(): number {
    return this.#now;
  }
  random(): number {
    return 0.5;
  }
  after(delayMs: number, run: () => void): Cancel {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
  deadline(delayMs: number) {
    let cancel: Cancel = () => undefined;
    const over = new Promise<void>((resolve) => {
      cancel = this.after(delayMs, resolve);
    });
    return { over, cancel };
  }
  exit(code: number): void {
    this.exits.push(code);
  }
  onSignal(signal: 'SIGTERM' | 'SIGUSR2', run: () => void): Cancel {
    this.#onSignal.set(signal, run);
    return () => this.#onSignal.delete(signal);
  }
  onEnding(): Cancel {
    return () => undefined;
  }
  memory() {
    return { residentBytes: 50_000_000, heapBytes: 20_000_000 };
  }
  cpuMs(): number {
    return 0;
  }

  /** How long until the next timer is due. */
  get nextInMs(): number {
    return Math.min(...[...this.#timers].map(({ at }) => at)) - this.#now;
  }

  /** How many timers are waiting. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Moves time on and runs what falls due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = end;
  }

  /** False when nobody listens: a real process would end. */
  signal(signal: 'SIGTERM' | 'SIGUSR2'): boolean {
    const run = this.#onSignal.get(signal);
    run?.();
    return run !== undefined;
  }
}

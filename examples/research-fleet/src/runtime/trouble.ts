/**
 * Trouble on purpose, so that one can watch it being noticed. Each kind is the real thing, not a report of it: a hang
 * blocks the event loop, a leak holds touched memory, a loop burns tokens in a worker slot that never comes free, a hog is a
 * thread that keeps a core busy.
 */
import { Worker } from 'node:worker_threads';

export const troubleKinds = ['hang', 'slow', 'leak', 'errors', 'loop', 'hog', 'stall', 'silent', 'calm'] as const;
export type TroubleKind = (typeof troubleKinds)[number];

export interface TroubleRequest {
  readonly kind: TroubleKind;
  /** How bad: times the usual think time (slow), times 5 MB/s (leak), share of failures (errors), share of a core (hog). */
  readonly factor: number | null;
}

export type TroubleParse =
  | { readonly ok: true; readonly request: TroubleRequest }
  | { readonly ok: false; readonly error: string };

export function parseTrouble(body: unknown): TroubleParse {
  const { kind, factor = null } = (body ?? {}) as { kind?: unknown; factor?: unknown };
  const known = troubleKinds.find((name) => name === kind);
  if (known === undefined)
    return {
      ok: false,
      error: `Cannot make trouble: kind is ${show(kind)}, must be one of ${troubleKinds.join(', ')}`,
    };
  if (factor !== null && !(typeof factor === 'number' && factor > 0 && factor <= 1_000))
    return { ok: false, error: `Cannot make trouble: factor is ${show(factor)}, must be a number in 0..1000` };
  return { ok: true, request: { kind: known, factor } };
}

/**
 * Whether a request may make trouble. A web page cannot set this header without a preflight that nobody answers, and
 * browsers always name their origin; a name other than loopback in Host is a rebound DNS name.
 */
export function mayMakeTrouble(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  const host = String(headers['host'] ?? '').replace(/:\d+$/, '');
  const isLoopback = host === '127.0.0.1' || host === 'localhost' || host === '[::1]';
  return headers['x-jaegis-trouble'] === 'yes' && headers['origin'] === undefined && isLoopback;
}

const leakBytesPerSecond = 5_000_000;
const leakEveryMs = 250;
const hogShare = { usual: 0.7, most: 0.8 };
/** Nobody should have to remember that a core is being burnt. */
const hogEndsAfterMs = 10 * 60_000;
/** Busy for its share of each 50 ms, until its time is over. */
const hogProgram = `
const { workerData: { share, ms } } = require('node:worker_threads');
const pause = new Int32Array(new SharedArrayBuffer(4));
for (const end = Date.now() + ms; Date.now() < end; ) {
  const busyUntil = performance.now() + 50 * share;
  while (performance.now() < busyUntil);
  Atomics.wait(pause, 0, 0, 50 * (1 - share));
}`;

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export class Trouble {
  thinkFactor = 1;
  failureShare = 0;
  isLooping = false;
  #held: Buffer[] = [];
  #leak: NodeJS.Timeout | undefined;
  #hog: Worker | undefined;
  #stall: Gate | undefined;
  #kind: TroubleKind = 'calm';

  get kind(): TroubleKind {
    return this.#kind;
  }

  /** Answers with nothing, at once. */
  get isSilent(): boolean {
    return this.#kind === 'silent';
  }

  /** What work that was taken waits for: undefined unless it is stalled. */
  get stalled(): Promise<void> | undefined {
    return this.#stall?.opened;
  }

  /** Starts one kind and ends the one before it. `hang` returns, and blocks the process a moment later. */
  make({ kind, factor }: TroubleRequest, options: { memoryLimitBytes: number; onLoop: () => void }): void {
    this.#calm();
    this.#kind = kind;
    if (kind === 'slow') this.thinkFactor = factor ?? 10;
    else if (kind === 'errors') this.failureShare = Math.min(1, factor ?? 0.5);
    else if (kind === 'leak') this.#startLeak(leakBytesPerSecond * (factor ?? 1), options.memoryLimitBytes);
    else if (kind === 'hang') setTimeout(blockForever, 50);
    else if (kind === 'hog') this.#startHog(Math.min(hogShare.most, factor ?? hogShare.usual));
    else if (kind === 'stall') this.#stall = createGate();
    else if (kind === 'loop') {
      this.isLooping = true;
      options.onLoop();
    }
  }

  #calm(): void {
    this.thinkFactor = 1;
    this.failureShare = 0;
    this.isLooping = false;
    clearInterval(this.#leak);
    this.#held = [];
    void this.#hog?.terminate();
    this.#hog = undefined;
    this.#stall?.open();
    this.#stall = undefined;
  }

  /** A thread of this process; it ends by itself, and then there is no trouble any more. */
  #startHog(share: number): void {
    const hog = new Worker(hogProgram, { eval: true, workerData: { share, ms: hogEndsAfterMs } });
    hog.unref();
    hog.once('exit', () => {
      if (this.#hog !== hog) return;
      this.#hog = undefined;
      this.#kind = 'calm';
    });
    this.#hog = hog;
  }

  /** Touches what it takes, so that it is resident; dies at the limit as the kernel's out-of-memory killer would have it. */
  #startLeak(bytesPerSecond: number, limitBytes: number): void {
    this.#leak = setInterval(() => {
      this.#held.push(Buffer.alloc(Math.round((bytesPerSecond * leakEveryMs) / 1_000), 0x5a));
      if (process.memoryUsage.rss() < limitBytes) return;
      process.stderr.write(`out of memory: limit of ${limitBytes} bytes reached\n`);
      process.exit(137);
    }, leakEveryMs);
  }
}

/** Blocks the event loop for good without using CPU: no heartbeat, no answer, no signal handler. Only SIGKILL ends it. */
function blockForever(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function createGate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value)?.slice(0, 40) ?? String(value));
}

import type { Rng } from '@jaegis/std';
import { lognormal } from './named-rng.ts';

/** A request, from where it came in to where it is answered. */
export interface MadeRequest {
  readonly traceId: string;
  readonly parentSpanId: string;
  readonly arrivedAt: number;
}

export interface CompletedRequest extends MadeRequest {
  readonly startedAt: number;
  readonly finishedAt: number;
}

export type MadeAgentState = 'starting' | 'ready' | 'draining' | 'gone';

export interface MadeAgentOptions {
  readonly instanceId: string;
  readonly pid: number;
  readonly createdAt: number;
  /** `Infinity`: it never becomes ready. */
  readonly readyAt: number;
  readonly serviceSeconds: number;
  readonly serviceVariation: number;
  readonly memoryBytes: number;
}

/**
 * One agent as a queueing server: requests wait in line, one at a time is served, and how long that takes is drawn from
 * a lognormal distribution. Hanging, it serves nothing; slow, everything takes longer.
 */
export class MadeAgent {
  readonly instanceId: string;
  pid: number;
  readonly createdAt: number;
  state: MadeAgentState = 'starting';
  readyAt: number;
  restarts = 0;
  drainUntil = 0;
  memoryBytes: number;
  progress = 0;
  /** Milliseconds of work done since the last call of `takeBusyMs`. */
  #busyMs = 0;
  #line: MadeRequest[] = [];
  #head = 0;
  #serving: CompletedRequest | undefined;
  #freeAt: number;
  readonly #options: MadeAgentOptions;
  readonly #rng: Rng;

  constructor(options: MadeAgentOptions, rng: Rng) {
    this.#options = options;
    this.#rng = rng;
    this.instanceId = options.instanceId;
    this.pid = options.pid;
    this.createdAt = options.createdAt;
    this.readyAt = options.readyAt;
    this.memoryBytes = options.memoryBytes;
    this.#freeAt = options.createdAt;
  }

  take(request: MadeRequest): void {
    this.#line.push(request);
  }

  /** Requests waiting, without the one being served. */
  get waiting(): number {
    return this.#line.length - this.#head;
  }

  get inFlight(): number {
    return this.#serving === undefined ? 0 : 1;
  }

  /** When it can begin something new; `Infinity` while something else waits in its line. */
  get freeAt(): number {
    if (this.waiting > 0) return Number.POSITIVE_INFINITY;
    return this.#serving === undefined ? Math.max(this.#freeAt, this.readyAt) : this.#serving.finishedAt;
  }

  /** Works until `now`; `slowdown` 1 is normal, `Infinity` hangs. */
  work(now: number, slowdown: number): CompletedRequest[] {
    const done: CompletedRequest[] = [];
    if (slowdown === Number.POSITIVE_INFINITY) {
      this.#freeAt = Math.max(this.#freeAt, now);
      if (this.#serving !== undefined) this.#serving = { ...this.#serving, finishedAt: now + 1 };
      return done;
    }
    for (;;) {
      if (this.#serving !== undefined) {
        if (this.#serving.finishedAt > now) break;
        done.push(this.#serving);
        this.#busyMs += this.#serving.finishedAt - this.#serving.startedAt;
        this.#freeAt = this.#serving.finishedAt;
        this.#serving = undefined;
        this.progress++;
      }
      const next = this.#line[this.#head];
      if (next === undefined) break;
      const startedAt = Math.max(this.#freeAt, next.arrivedAt, this.readyAt);
      if (startedAt >= now) break;
      this.#head++;
      const { serviceSeconds, serviceVariation } = this.#options;
      const service = lognormal(this.#rng, serviceSeconds * slowdown, serviceVariation) * 1_000;
      this.#serving = { ...next, startedAt, finishedAt: startedAt + service };
    }
    if (this.#head > 256) {
      this.#line = this.#line.slice(this.#head);
      this.#head = 0;
    }
    return done;
  }

  /** Milliseconds of work since the last call, the part of the present request included. */
  takeBusyMs(now: number): number {
    let busy = this.#busyMs;
    this.#busyMs = 0;
    if (this.#serving !== undefined && now > this.#serving.startedAt) {
      busy += now - this.#serving.startedAt;
      this.#busyMs = this.#serving.startedAt - now;
    }
    return Math.max(0, busy);
  }

  /** Everything that is not answered yet: given back when the agent dies or has drained for too long. */
  abandon(): MadeRequest[] {
    const left: MadeRequest[] = this.#line.slice(this.#head);
    if (this.#serving !== undefined) left.unshift(this.#serving);
    this.#line = [];
    this.#head = 0;
    this.#serving = undefined;
    return left;
  }

  /** A new process under the same name. */
  restart(now: number, o: { readyAt: number; pid: number }): void {
    this.state = 'starting';
    this.readyAt = o.readyAt;
    this.pid = o.pid;
    this.restarts++;
    this.memoryBytes = this.#options.memoryBytes;
    this.progress = 0;
    this.#freeAt = now;
    this.#busyMs = 0;
  }
}

import { BoundedQueue } from '@jaegis/std';

/** Why a job was not done. */
export type Refusal = 'queue_full' | 'draining' | 'abandoned';

export type WorkResult<Out> =
  | { readonly ok: true; readonly value: Out }
  | { readonly ok: false; readonly why: Refusal };

interface Job {
  readonly start: () => Promise<void>;
  readonly skip: (why: Refusal) => void;
  readonly isAbandoned: () => boolean;
}

/**
 * Work waits here in order, bounded, and is done `concurrency` at a time. A full queue refuses at once; a job whose
 * caller has gone by the time its turn comes is skipped, so that a backlog of dead requests costs nothing.
 */
export class WorkQueue {
  readonly #waiting: BoundedQueue<Job>;
  readonly #concurrency: number;
  #inFlight = 0;
  #isDraining = false;
  #onIdle: (() => void)[] = [];
  #abandoned = 0;

  constructor(options: { limit: number; concurrency: number }) {
    this.#waiting = new BoundedQueue(options.limit);
    this.#concurrency = options.concurrency;
  }

  /** Settles when the job was done or refused; rejects only with what `work` itself throws. */
  submit<Out>(work: () => Promise<Out>, isAbandoned: () => boolean = () => false): Promise<WorkResult<Out>> {
    if (this.#isDraining) return Promise.resolve({ ok: false, why: 'draining' });
    return new Promise((resolve, reject) => {
      const start = (): Promise<void> => work().then((value) => resolve({ ok: true, value }), reject);
      const taken = this.#waiting.push({ start, isAbandoned, skip: (why) => resolve({ ok: false, why }) });
      if (taken) this.#next();
      else resolve({ ok: false, why: 'queue_full' });
    });
  }

  /** Takes nothing new; resolves when everything held is done. */
  drain(): Promise<void> {
    this.#isDraining = true;
    return this.idle();
  }

  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.#inFlight === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  get length(): number {
    return this.#waiting.length;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get refused(): number {
    return this.#waiting.refused;
  }

  get abandoned(): number {
    return this.#abandoned;
  }

  #next(): void {
    while (this.#inFlight < this.#concurrency) {
      const job = this.#waiting.shift();
      if (job === undefined) break;
      if (job.isAbandoned()) {
        this.#abandoned++;
        job.skip('abandoned');
        continue;
      }
      this.#inFlight++;
      job.start().finally(() => {
        this.#inFlight--;
        this.#next();
      });
    }
    if (this.#inFlight > 0 || this.#waiting.length > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

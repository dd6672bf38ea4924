/**
 * One lane to an endpoint: samples of its series in their order, one request at a time, so that a series never overtakes
 * itself. What may pass is tried again with backoff and jitter until it does (the spool holds what comes meanwhile). A
 * request that is refused for bad samples (400) is halved by time, again and again within a budget, so that one bad sample,
 * or those sent twice after a crash, cannot take their neighbours with them. An endpoint that refuses everything gets a
 * smaller budget each time.
 */
import { backoffMs, type Clock, type Rng } from '@jaegis/std';
import { RequestEncoder } from './encode-request.ts';
import type { MessageChoice } from './message-choice.ts';
import { type Endpoint, type PostTools, postSamples } from './post.ts';
import { type Batch, type OutgoingSample, SampleColumns } from './sample-columns.ts';

export interface ShardOptions {
  readonly endpoint: Endpoint;
  /** Shared by the lanes of a destination. */
  readonly message: MessageChoice;
  readonly tools: PostTools & { readonly rng: Rng };
  readonly maxSamplesPerSend: number;
  readonly batchDeadlineMs: number;
  /** Most samples waiting; a further one waits in the spool. */
  readonly capacity: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  readonly report: ShardReport;
}

/** What became of samples; each is told of once. */
export interface ShardReport {
  sent(samples: SampleColumns): void;
  refused(samples: SampleColumns, error: string): void;
  retrying(error: string): void;
}

/** Requests that one refused request may be taken apart into: enough to find the border between old and new among thousands. */
const mostParts = 512;

export class Shard {
  readonly #o: ShardOptions;
  readonly #clock: Clock;
  readonly #encoder = new RequestEncoder();
  readonly #abort = new AbortController();
  readonly #queue = new SampleColumns();
  #oldestAt = 0;
  #wake: () => void = () => {};
  #roomFor: (() => void)[] = [];
  readonly #worker: Promise<void>;
  /** Requests in a row of which nothing was taken. */
  #hopeless = 0;
  #hasTaken = false;

  constructor(options: ShardOptions) {
    this.#o = options;
    this.#clock = options.tools.clock;
    this.#worker = this.#work();
  }

  get pending(): number {
    return this.#queue.length;
  }

  get isFull(): boolean {
    return this.#queue.length >= this.#o.capacity;
  }

  /** Takes the sample; only while it is not full. */
  push(sample: OutgoingSample, batch: Batch): void {
    if (this.#queue.length === 0) this.#oldestAt = this.#clock.now();
    this.#queue.push(sample, batch);
    if (this.#queue.length === 1 || this.#queue.length === this.#o.maxSamplesPerSend) this.#wake();
  }

  /** Settles when there is room, or it is closed. */
  room(): Promise<void> {
    if (!this.isFull || this.#abort.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#roomFor.push(resolve));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#wake();
    for (const each of this.#roomFor.splice(0)) each();
    await this.#worker;
  }

  async #work(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      const waitMs = this.#waitMs();
      if (waitMs > 0) {
        await this.#pause(waitMs);
        continue;
      }
      const batch = this.#queue.first(this.#o.maxSamplesPerSend);
      this.#hasTaken = false;
      if (!(await this.#deliver(batch, mostParts >> (2 * this.#hopeless)))) return;
      this.#hopeless = this.#hasTaken ? 0 : Math.min(this.#hopeless + 1, 10);
      this.#queue.drop(batch.length);
      this.#oldestAt = this.#clock.now();
      for (const each of this.#roomFor.splice(0)) each();
    }
  }

  /** How long until there is something to send; infinite while nothing waits. */
  #waitMs(): number {
    if (this.#queue.length === 0) return Number.POSITIVE_INFINITY;
    if (this.#queue.length >= this.#o.maxSamplesPerSend) return 0;
    return this.#oldestAt + this.#o.batchDeadlineMs - this.#clock.now();
  }

  /** False when it was closed before the samples were done. */
  async #deliver(samples: SampleColumns, parts: number): Promise<boolean> {
    const { endpoint, message, tools, report, minBackoffMs, maxBackoffMs } = this.#o;
    let version = message.version(this.#clock.now());
    let body = this.#encoder.encode(samples, version);
    for (let attempt = 1; ; attempt++) {
      const result = await postSamples(body, endpoint, { version, tools, signal: this.#abort.signal });
      if (message.mustRepeat(version, result, this.#clock.now())) {
        version = '1.0';
        body = this.#encoder.encode(samples, version);
        continue;
      }
      if (result.kind === 'taken') {
        this.#hasTaken = true;
        report.sent(samples);
        return true;
      }
      if (this.#abort.signal.aborted) return false;
      if (result.kind === 'refused') {
        if (!result.isBadSamples || samples.length === 1 || parts < 2) {
          report.refused(samples, result.error);
          return true;
        }
        const [older, newer] = samples.halves();
        return (await this.#deliver(older, parts / 2)) && this.#deliver(newer, parts / 2);
      }
      report.retrying(result.error);
      const pauseMs = backoffMs(attempt, { firstMs: minBackoffMs, maxMs: maxBackoffMs }, tools.rng);
      await this.#pause(Math.max(result.afterMs ?? 0, pauseMs), true);
      if (this.#abort.signal.aborted) return false;
    }
  }

  /** Waits so long, or until woken; `isFixed` lets only the end wake it. */
  #pause(ms: number, isFixed = false): Promise<void> {
    return new Promise((resolve) => {
      const cancel = Number.isFinite(ms) ? this.#clock.after(ms, () => done()) : () => {};
      const done = () => {
        cancel();
        this.#wake = () => {};
        this.#abort.signal.removeEventListener('abort', done);
        resolve();
      };
      if (!isFixed) this.#wake = done;
      this.#abort.signal.addEventListener('abort', done, { once: true });
    });
  }
}

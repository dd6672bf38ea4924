/**
 * When hundreds of requests are there at once, taking all of them in one turn of the event loop keeps everybody else
 * waiting for a second. So a turn takes what fits into some milliseconds and the rest wait for the next, in the order in
 * which they came, short ones first: half of a turn at least is for long ones, so that these move too.
 */
export interface WorkTurnsOptions {
  /** Settles when what waits elsewhere has had its turn. */
  readonly breathe: () => Promise<void>;
  /** Milliseconds from any beginning. */
  readonly stopwatch: () => number;
}

/** A request takes some eight turns until it is written, answered, asked for and seen: so each must be short. */
const turnMs = 5;
/** A heartbeat's or a probe's metrics are shorter, a batch of many agents is longer. */
export const shortBytes = 4_096;

export class WorkTurns {
  readonly #options: WorkTurnsOptions;
  readonly #short: (() => void)[] = [];
  readonly #long: (() => void)[] = [];
  #spentMs = 0;
  #isFollowed = false;

  constructor(options: WorkTurnsOptions) {
    this.#options = options;
  }

  /**
   * Calls `work` now when this turn has time left, else in a later one. Only what it does before it first waits counts. It
   * gives `undefined` while it has more to do: then it is called again when its next turn comes, before others of its length.
   */
  run<T>(bytes: number, work: () => Promise<T> | undefined): Promise<T> {
    if (!this.#isFollowed) {
      this.#isFollowed = true;
      void this.#follow();
    }
    const begun = !this.#isWaiting && this.#spentMs < turnMs ? this.#timed(work) : undefined;
    if (begun !== undefined) return begun;
    const queue = bytes <= shortBytes ? this.#short : this.#long;
    return new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          const ended = this.#timed(work);
          if (ended === undefined) queue.unshift(step);
          else ended.then(resolve, reject);
        } catch (error) {
          reject(error);
        }
      };
      queue.push(step);
    });
  }

  get #isWaiting(): boolean {
    return this.#short.length + this.#long.length > 0;
  }

  #timed<T>(work: () => Promise<T> | undefined): Promise<T> | undefined {
    const startedAt = this.#options.stopwatch();
    try {
      return work();
    } finally {
      this.#spentMs += this.#options.stopwatch() - startedAt;
    }
  }

  async #follow(): Promise<void> {
    do {
      await this.#options.breathe();
      this.#spentMs = 0;
      while (this.#isWaiting && this.#spentMs < turnMs) this.#next()();
    } while (this.#isWaiting);
    this.#isFollowed = false;
  }

  #next(): () => void {
    const isLongDue = this.#short.length === 0 || (this.#long.length > 0 && this.#spentMs >= turnMs / 2);
    return (isLongDue ? this.#long : this.#short).shift()!;
  }
}

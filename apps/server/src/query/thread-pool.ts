/**
 * A few threads and those who wait for one of them. A second thread is begun when the first is busy, so that what is small
 * need not wait behind what is great; whenever it can be the first does the work, for what it keeps and what it compiled is the
 * most. The queue is bounded: what does not fit is refused at once.
 */
import { BoundedQueue } from '@jaegis/std';

interface PooledThread {
  /** Makes it ready before there is work; may be called again. */
  begin(): void;
  close(): Promise<void>;
}

export class ThreadPool<Thread extends PooledThread> {
  readonly #make: () => Thread;
  readonly #limits: { readonly threads: number; readonly waiting: number };
  readonly #all: Thread[] = [];
  readonly #busy = new Set<Thread>();
  readonly #queue: BoundedQueue<(thread: Thread | undefined) => void>;
  #isClosed = false;

  constructor(make: () => Thread, limits: { readonly threads: number; readonly waiting: number }) {
    this.#make = make;
    this.#limits = limits;
    this.#queue = new BoundedQueue(limits.waiting);
  }

  /** Those that were made. */
  get threads(): readonly Thread[] {
    return this.#all;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** True when `use` would begin at once. */
  get isFree(): boolean {
    return this.#busy.size < this.#limits.threads;
  }

  /** Begins the first thread, so that the first who needs one finds it ready. */
  begin(): void {
    if (this.#isClosed || this.#all.length > 0) return;
    const first = this.#make();
    this.#all.push(first);
    first.begin();
  }

  /** Runs `run` with a thread of its own, when there is one; `undefined` when too many wait, or all is closed. */
  use<T>(run: (thread: Thread) => Promise<T>): Promise<T | undefined> | undefined {
    if (this.#isClosed) return undefined;
    const thread = this.#take();
    if (thread !== undefined) return this.#with(thread, run);
    let begin: (thread: Thread | undefined) => void = () => {};
    const turn = new Promise<Thread | undefined>((resolve) => {
      begin = resolve;
    });
    if (!this.#queue.push(begin)) return undefined;
    return turn.then((own) => (own === undefined ? undefined : this.#with(own, run)));
  }

  #take(): Thread | undefined {
    let thread = this.#all.find((each) => !this.#busy.has(each));
    if (thread === undefined && this.#all.length < this.#limits.threads) {
      thread = this.#make();
      this.#all.push(thread);
    }
    if (thread !== undefined) this.#busy.add(thread);
    return thread;
  }

  async #with<T>(thread: Thread, run: (thread: Thread) => Promise<T>): Promise<T> {
    try {
      return await run(thread);
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#busy.delete(thread);
      else next(thread);
    }
  }

  /** Whoever waits gets nothing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next(undefined);
    await Promise.all(this.#all.map((thread) => thread.close()));
  }
}

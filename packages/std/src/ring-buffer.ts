/** Keeps the last `capacity` items; the oldest gives way. Iterates from oldest to newest. */
export class RingBuffer<T> {
  readonly #items: T[] = [];
  readonly #capacity: number;
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(item: T): void {
    if (this.#items.length < this.#capacity) this.#items.push(item);
    else this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  get length(): number {
    return this.#items.length;
  }

  /** The newest item. */
  get last(): T | undefined {
    return this.#items.length === 0 ? undefined : this.#items[(this.#next + this.#capacity - 1) % this.#capacity];
  }

  *[Symbol.iterator](): Iterator<T> {
    const start = this.#items.length < this.#capacity ? 0 : this.#next;
    for (let i = 0; i < this.#items.length; i++) yield this.#items[(start + i) % this.#items.length]!;
  }
}

/** A first-in first-out queue with a limit. A full queue refuses and counts; it never grows and never drops silently. */
export class BoundedQueue<T> {
  readonly #items: (T | undefined)[];
  #head = 0;
  #length = 0;
  #refused = 0;

  constructor(limit: number) {
    this.#items = new Array(limit);
  }

  /** True when taken; false when full, which is counted in `refused`. */
  push(item: T): boolean {
    if (this.#length === this.#items.length) {
      this.#refused++;
      return false;
    }
    this.#items[(this.#head + this.#length) % this.#items.length] = item;
    this.#length++;
    return true;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#items.length;
    this.#length--;
    return item;
  }

  get length(): number {
    return this.#length;
  }

  get refused(): number {
    return this.#refused;
  }
}

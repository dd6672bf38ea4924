/** Strings as small numbers. Each is counted, and its number is given to another string once nobody uses it any more. */
export class Symbols {
  readonly #ids = new Map<string, number>();
  readonly #texts: (string | undefined)[] = [];
  #uses = new Uint32Array(256);
  readonly #free: number[] = [];
  #characters = 0;

  /** The number of a string that is in use. */
  find(text: string): number | undefined {
    return this.#ids.get(text);
  }

  text(id: number): string {
    return this.#texts[id]!;
  }

  /** The number of a string; one more use of it. */
  acquire(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#free.pop() ?? this.#texts.length;
      this.#ids.set(text, id);
      this.#texts[id] = text;
      this.#characters += text.length;
      if (id >= this.#uses.length) {
        const grown = new Uint32Array(this.#uses.length * 2);
        grown.set(this.#uses);
        this.#uses = grown;
      }
    }
    this.use(id);
    return id;
  }

  /** One more use of a number that is in use. */
  use(id: number): void {
    this.#uses[id] = this.#uses[id]! + 1;
  }

  /** One use less. */
  release(id: number): void {
    const left = this.#uses[id]! - 1;
    this.#uses[id] = left;
    if (left > 0) return;
    const text = this.#texts[id]!;
    this.#ids.delete(text);
    this.#texts[id] = undefined;
    this.#characters -= text.length;
    this.#free.push(id);
  }

  get size(): number {
    return this.#ids.size;
  }

  /** An estimate: characters, and what a map's entry and a string's head cost. */
  get bytes(): number {
    return this.#characters + this.#ids.size * 72 + this.#uses.byteLength;
  }
}

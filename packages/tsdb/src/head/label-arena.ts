/** Label sets as pairs of symbol numbers in one array. Space that is given back is used again for a set of the same size. */
export class LabelArena {
  pairs = new Uint32Array(1024);
  #end = 0;
  readonly #free: number[][] = [];

  /** Copies `count` pairs from the front of `from`; returns where they are, in words. */
  add(from: Uint32Array, count: number): number {
    const at = this.#free[count]?.pop() ?? this.#grow(count);
    for (let i = 0; i < count * 2; i++) this.pairs[at + i] = from[i]!;
    return at;
  }

  remove(at: number, count: number): void {
    let free = this.#free[count];
    if (free === undefined) {
      free = [];
      this.#free[count] = free;
    }
    free.push(at);
  }

  #grow(count: number): number {
    const at = this.#end;
    this.#end += count * 2;
    if (this.#end > this.pairs.length) {
      const grown = new Uint32Array(Math.max(this.pairs.length * 2, this.#end));
      grown.set(this.pairs);
      this.pairs = grown;
    }
    return at;
  }
}

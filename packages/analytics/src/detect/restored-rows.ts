/**
 * Rows that a snapshot brought back and whose series has not been seen since, by key: an open-addressed table of numbers, 20
 * bytes an entry at most half full, since there may be half a million for some minutes. Bad at: many removals (places of what
 * was taken are not used again), which is how it is used: filled once, then emptied.
 */
const free = 0xffff_ffff;

export class RestoredRows {
  #keys = new Float64Array(16);
  #rows = new Uint32Array(16).fill(free);
  /** When each one's newest sample was, epoch milliseconds. */
  #lastAt = new Float64Array(16);
  #filled = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False when the key is there already. */
  add(key: number, row: number, lastAt: number): boolean {
    if (2 * (this.#filled + 1) > this.#keys.length) this.#grow();
    const place = this.#placeOf(key);
    if (this.#keys[place] === key) return false;
    this.#keys[place] = key;
    this.#rows[place] = row;
    this.#lastAt[place] = lastAt;
    this.#filled++;
    this.#size++;
    return true;
  }

  /** The row of this key; `undefined` when it is not there, or was taken. */
  find(key: number): { readonly row: number; readonly lastAt: number } | undefined {
    const place = this.#placeOf(key);
    const row = this.#rows[place]!;
    return this.#keys[place] !== key || row === free ? undefined : { row, lastAt: this.#lastAt[place]! };
  }

  take(key: number): { readonly row: number; readonly lastAt: number } | undefined {
    const found = this.find(key);
    if (found !== undefined) {
      this.#rows[this.#placeOf(key)] = free;
      this.#size--;
      if (this.#size === 0) this.clear();
    }
    return found;
  }

  /** All that are left. */
  rows(): number[] {
    return [...this.#rows].filter((row) => row !== free);
  }

  clear(): void {
    this.#keys = new Float64Array(16);
    this.#rows = new Uint32Array(16).fill(free);
    this.#lastAt = new Float64Array(16);
    this.#filled = 0;
    this.#size = 0;
  }

  /** Where the key is, or would be. */
  #placeOf(key: number): number {
    const mask = this.#keys.length - 1;
    let place = key & mask;
    while (this.#keys[place] !== 0 && this.#keys[place] !== key) place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const [keys, rows, lastAt] = [this.#keys, this.#rows, this.#lastAt];
    this.#keys = new Float64Array(2 * keys.length);
    this.#rows = new Uint32Array(2 * keys.length).fill(free);
    this.#lastAt = new Float64Array(2 * keys.length);
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === 0) continue;
      const place = this.#placeOf(keys[i]!);
      this.#keys[place] = keys[i]!;
      this.#rows[place] = rows[i]!;
      this.#lastAt[place] = lastAt[i]!;
    }
  }
}

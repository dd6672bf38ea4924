/**
 * The closed chunks of all series: a table in parallel arrays and the bytes in slabs of 1 MiB. The chunks of a series
 * form a list from the newest to the oldest (`previous`), because questions are mostly about now.
 * Chunks die in any order (merged, or past retention), so a slab that is mostly dead is emptied by copying what still
 * lives to the newest slab, and is then used again: memory follows what is kept.
 */
import { grown } from './grown.ts';

const slabBytes = 2 ** 20;
const none = 0;

/** A chunk's number, > 0; 0 is none. */
export type ChunkId = number;

/** Time of the first and last sample, and how many there are. */
export interface ChunkSpan {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

export class ChunkStore {
  /** Time of the first and last sample. */
  starts = new Float64Array(256);
  ends = new Float64Array(256);
  counts = new Uint16Array(256);
  previous = new Uint32Array(256);
  #slabs = new Uint32Array(256);
  #offsets = new Uint32Array(256);
  #lengths = new Uint32Array(256);
  readonly #free: ChunkId[] = [];
  #end = 1;

  readonly #bytes: (Uint8Array | undefined)[] = [];
  readonly #live: number[] = [];
  #current = -1;
  #used = slabBytes;
  #liveBytes = 0;
  #samples = 0;

  get size(): number {
    return this.#end - 1 - this.#free.length;
  }

  /** Samples in all chunks. */
  get samples(): number {
    return this.#samples;
  }

  /** Copies `bytes` in. */
  add(bytes: Uint8Array, of: ChunkSpan, previous: ChunkId): ChunkId {
    const id = this.#free.pop() ?? this.#next();
    this.starts[id] = of.start;
    this.ends[id] = of.end;
    this.counts[id] = of.count;
    this.previous[id] = previous;
    this.#store(id, bytes);
    this.#liveBytes += bytes.length;
    this.#samples += of.count;
    return id;
  }

  remove(id: ChunkId): void {
    const slab = this.#slabs[id]!;
    this.#live[slab] = this.#live[slab]! - this.#lengths[id]!;
    this.#liveBytes -= this.#lengths[id]!;
    this.#samples -= this.counts[id]!;
    this.counts[id] = 0;
    this.previous[id] = none;
    this.#free.push(id);
    if (this.#live[slab] === 0 && slab !== this.#current) this.#bytes[slab] = undefined;
  }

  /** The slab that holds a chunk, and where in it: a view that the next `add` or `compact` may move. */
  view(id: ChunkId): { bytes: Uint8Array; from: number; to: number; count: number; start: number } {
    const from = this.#offsets[id]!;
    return {
      bytes: this.#bytes[this.#slabs[id]!]!,
      from,
      to: from + this.#lengths[id]!,
      count: this.counts[id]!,
      start: this.starts[id]!,
    };
  }

  /** Empties slabs of which less than half lives, once they waste more than a tenth of what is kept. */
  compact(): void {
    const sparse = new Set<number>();
    let waste = 0;
    for (let slab = 0; slab < this.#bytes.length; slab++) {
      if (this.#bytes[slab] === undefined || slab === this.#current || this.#live[slab]! * 2 >= slabBytes) continue;
      sparse.add(slab);
      waste += slabBytes - this.#live[slab]!;
    }
    if (waste * 10 < this.#liveBytes || sparse.size < 2) return;
    for (let id = 1; id < this.#end; id++) {
      const slab = this.#slabs[id]!;
      if (this.counts[id] === 0 || !sparse.has(slab)) continue;
      const from = this.#offsets[id]!;
      this.#store(id, this.#bytes[slab]!.subarray(from, from + this.#lengths[id]!));
    }
    for (const slab of sparse) {
      this.#bytes[slab] = undefined;
      this.#live[slab] = 0;
    }
  }

  /** What is reserved, in bytes. */
  get bytes(): number {
    let slabs = 0;
    for (const slab of this.#bytes) if (slab !== undefined) slabs += slab.length;
    return slabs + this.starts.length * 34;
  }

  /** Compressed bytes that live. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  #store(id: ChunkId, bytes: Uint8Array): void {
    if (this.#used + bytes.length > slabBytes) this.#openSlab();
    const slab = this.#current;
    this.#bytes[slab]!.set(bytes, this.#used);
    this.#slabs[id] = slab;
    this.#offsets[id] = this.#used;
    this.#lengths[id] = bytes.length;
    this.#live[slab] = this.#live[slab]! + bytes.length;
    this.#used += bytes.length;
  }

  #openSlab(): void {
    const left = this.#current;
    if (left !== -1 && this.#live[left] === 0) this.#bytes[left] = undefined;
    let slab = this.#bytes.indexOf(undefined);
    if (slab === -1) slab = this.#bytes.length;
    this.#bytes[slab] = new Uint8Array(slabBytes);
    this.#live[slab] = 0;
    this.#current = slab;
    this.#used = 0;
  }

  #next(): ChunkId {
    if (this.#end === this.starts.length) {
      const length = this.#end * 2;
      this.starts = grown(this.starts, new Float64Array(length));
      this.ends = grown(this.ends, new Float64Array(length));
      this.counts = grown(this.counts, new Uint16Array(length));
      this.previous = grown(this.previous, new Uint32Array(length));
      this.#slabs = grown(this.#slabs, new Uint32Array(length));
      this.#offsets = grown(this.#offsets, new Uint32Array(length));
      this.#lengths = grown(this.#lengths, new Uint32Array(length));
    }
    return this.#end++;
  }
}

/**
 * Finds the number that stands for a piece of identity (a resource, a metric, a series' labels) by its raw bytes.
 *
 * The idea: a hash over (parent, kind, bytes) leads to an entry, and the stored bytes are then compared, so a collision
 * costs a step but can never lie. A sender names its series in the same order each time, so each entry remembers which
 * one was asked for after it: most often that guess is compared first and no hash is needed at all. Bounded by two
 * generations: new and used entries live in the young one; when that is full it becomes the old one and the former old
 * one is dropped with everything not used since. So what is used stays, and what is not used goes.
 * Bad at: a working set larger than half of `maxEntries` (it is then resolved again and again, and counted).
 */
export interface IdentityTableOptions {
  /** Most entries, both generations together. */
  readonly maxEntries: number;
  /** Most bytes of identity, both generations together. */
  readonly maxBytes: number;
  /** Called with the payload of an entry that was dropped unused. */
  readonly onDrop?: (payload: number) => void;
  /** Makes the hash differ between processes, so that nobody can prepare collisions. Any 32-bit number. */
  readonly seed?: number;
}

// Longer runs only come from prepared collisions; such an entry is not stored and costs its sender the slow path.
const maxProbes = 512;
const firstEntries = 512;
const slabBits = 20;
const slabBytes = 2 ** slabBits;
/** A longer identity is not kept: it is resolved each time, as the label limits refuse it anyway. */
const maxIdentityBytes = 2 ** 17;

export class IdentityTable {
  readonly #options: IdentityTableOptions;
  readonly #seed: number;
  #young: Generation;
  #old: Generation;
  #dropped = 0;
  /** The entry of the young generation that was asked for last. */
  #last = 0;

  constructor(options: IdentityTableOptions) {
    this.#options = options;
    this.#seed = options.seed ?? 0x5bd1e995;
    this.#young = new Generation();
    this.#old = new Generation();
  }

  /** The payload stored for these bytes under this parent and kind, or 0. Counts as use. */
  find(parent: number, kind: number, source: ByteRange): number {
    const young = this.#young;
    const guess = young.successors[this.#last]!;
    if (guess !== 0 && young.isEntry(guess, parent, kind, source)) {
      const payload = young.payloads[guess]!;
      if (payload !== 0) {
        this.#last = guess;
        return payload;
      }
    }
    return this.#findByHash(parent, kind, source);
  }

  #findByHash(parent: number, kind: number, source: ByteRange): number {
    source.hash = hashBytes(source, Math.imul(parent ^ this.#seed, 0x9e3779b1) ^ Math.imul(kind + 1, 0x85ebca6b));
    const entry = this.#young.find(parent, kind, source);
    if (entry !== 0) {
      this.#follow(entry);
      return this.#young.payloads[entry]!;
    }
    if (this.#old.count === 0) return 0;
    const oldEntry = this.#old.find(parent, kind, source);
    if (oldEntry === 0) return 0;
    const payload = this.#old.payloads[oldEntry]!;
    this.#old.payloads[oldEntry] = 0;
    if (payload !== 0) this.#store(parent, kind, source, payload);
    return payload;
  }

  /** Stores a payload (> 0) for bytes that `find` was just asked for with the same `source`. Replaces what was there. */
  add(parent: number, kind: number, source: ByteRange, payload: number): void {
    const entry = this.#young.find(parent, kind, source);
    if (entry !== 0) this.#young.payloads[entry] = payload;
    else this.#store(parent, kind, source, payload);
  }

  /** Forgets every entry whose payload `isGone`. */
  forget(isGone: (payload: number) => boolean): void {
    for (const { payloads, count } of [this.#young, this.#old]) {
      for (let entry = 1; entry <= count; entry++) {
        const payload = payloads[entry]!;
        if (payload === 0 || !isGone(payload)) continue;
        payloads[entry] = 0;
        this.#options.onDrop?.(payload);
      }
    }
  }

  get size(): number {
    return this.#young.count + this.#old.count;
  }

  /** Entries given up for want of room. */
  get dropped(): number {
    return this.#dropped;
  }

  get bytes(): number {
    return this.#young.bytesUsed + this.#old.bytesUsed;
  }

  #follow(entry: number): void {
    this.#young.successors[this.#last] = entry;
    this.#last = entry;
  }

  #store(parent: number, kind: number, source: ByteRange, payload: number): void {
    const { maxEntries, maxBytes } = this.#options;
    const length = source.end - source.start;
    if (this.#young.count * 2 >= maxEntries || (this.#young.bytesUsed + length) * 2 > maxBytes) this.#rotate();
    const fits = length * 2 <= maxBytes && length <= maxIdentityBytes;
    const entry = fits ? this.#young.insert(parent, kind, source) : 0;
    if (entry === 0) {
      this.#dropped++;
      this.#options.onDrop?.(payload);
      return;
    }
    this.#young.payloads[entry] = payload;
    this.#follow(entry);
  }

  #rotate(): void {
    const { payloads, count } = this.#old;
    for (let entry = 1; entry <= count; entry++) {
      if (payloads[entry] === 0) continue;
      this.#dropped++;
      this.#options.onDrop?.(payloads[entry]!);
    }
    this.#old = this.#young;
    this.#young = new Generation();
    this.#last = 0;
  }
}

/** Where the bytes are; `hash` is filled in by `find`. One object is reused for all lookups. */
export interface ByteRange {
  view: DataView;
  bytes: Uint8Array;
  start: number;
  end: number;
  hash: number;
}

/** Entries 1..count in parallel arrays, in the order they were first seen; their bytes lie in slabs in the same order. */
class Generation {
  count = 0;
  payloads = new Uint32Array(firstEntries);
  /** The entry that was asked for after this one, last time; 0 is none. */
  successors = new Uint32Array(firstEntries);
  #hashes = new Int32Array(firstEntries);
  #parents = new Uint32Array(firstEntries);
  #kinds = new Uint32Array(firstEntries);
  #offsets = new Uint32Array(firstEntries);
  #lengths = new Uint32Array(firstEntries);
  /** Entry numbers by hash; 0 is free. */
  #table = new Uint32Array(firstEntries * 2);
  readonly #slabs: Uint8Array[] = [];
  readonly #views: DataView[] = [];
  #slabUsed = slabBytes;
  bytesUsed = 0;

  isEntry(entry: number, parent: number, kind: number, source: ByteRange): boolean {
    const { view, start, end } = source;
    if (this.#lengths[entry] !== end - start || this.#parents[entry] !== parent || this.#kinds[entry] !== kind)
      return false;
    const offset = this.#offsets[entry]!;
    const stored = this.#views[offset >>> slabBits]!;
    let from = offset & (slabBytes - 1);
    let position = start;
    for (; position + 8 <= end; position += 8, from += 8) {
      const first = stored.getInt32(from, true) ^ view.getInt32(position, true);
      if ((first | (stored.getInt32(from + 4, true) ^ view.getInt32(position + 4, true))) !== 0) return false;
    }
    for (; position < end; position++, from++) {
      if (stored.getUint8(from) !== view.getUint8(position)) return false;
    }
    return true;
  }

  /** The entry of these bytes, by `source.hash`; 0 when there is none. */
  find(parent: number, kind: number, source: ByteRange): number {
    const table = this.#table;
    const { hash } = source;
    const mask = table.length - 1;
    for (let slot = hash & mask, probes = 0; probes < maxProbes; slot = (slot + 1) & mask, probes++) {
      const entry = table[slot]!;
      if (entry === 0) return 0;
      if (this.#hashes[entry] === hash && this.isEntry(entry, parent, kind, source)) return entry;
    }
    return 0;
  }

  /** The new entry, without a payload; 0 when there is no place for it. */
  insert(parent: number, kind: number, source: ByteRange): number {
    if (this.count + 1 === this.#hashes.length) this.#grow();
    const { hash, bytes, start, end } = source;
    const slot = this.#freeSlot(hash);
    if (slot < 0) return 0;
    const entry = ++this.count;
    this.#table[slot] = entry;
    this.#hashes[entry] = hash;
    this.#parents[entry] = parent;
    this.#kinds[entry] = kind;
    this.#lengths[entry] = end - start;
    this.#offsets[entry] = this.#keep(bytes, start, end);
    return entry;
  }

  #keep(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (this.#slabUsed + length > slabBytes) {
      const slab = new Uint8Array(slabBytes);
      this.#slabs.push(slab);
      this.#views.push(new DataView(slab.buffer));
      this.#slabUsed = 0;
    }
    const last = this.#slabs.length - 1;
    const at = this.#slabUsed;
    const slab = this.#slabs[last]!;
    for (let i = 0; i < length; i++) slab[at + i] = bytes[start + i]!;
    this.#slabUsed = at + length;
    this.bytesUsed += length;
    return last * slabBytes + at;
  }

  #freeSlot(hash: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    for (let slot = hash & mask, probes = 0; probes < maxProbes; slot = (slot + 1) & mask, probes++) {
      if (table[slot] === 0) return slot;
    }
    return -1;
  }

  #grow(): void {
    const length = this.#hashes.length * 2;
    const doubled = (from: Uint32Array): Uint32Array<ArrayBuffer> => {
      const to = new Uint32Array(length);
      to.set(from);
      return to;
    };
    this.payloads = doubled(this.payloads);
    this.successors = doubled(this.successors);
    this.#parents = doubled(this.#parents);
    this.#kinds = doubled(this.#kinds);
    this.#offsets = doubled(this.#offsets);
    this.#lengths = doubled(this.#lengths);
    const hashes = new Int32Array(length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#table = new Uint32Array(length * 2);
    for (let entry = 1; entry <= this.count; entry++) {
      const slot = this.#freeSlot(hashes[entry]!);
      // Cannot fail: a run only gets shorter when the table doubles. Its entry would merely be resolved again.
      if (slot >= 0) this.#table[slot] = entry;
    }
  }
}

/** Murmur-like mix, four bytes at a step. */
function hashBytes(source: ByteRange, seed: number): number {
  const { view, bytes, start, end } = source;
  let hash = seed ^ (end - start);
  let position = start;
  for (; position + 4 <= end; position += 4) {
    let word = Math.imul(view.getInt32(position, true), 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  for (; position < end; position++) hash = Math.imul(hash ^ bytes[position]!, 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash;
}

/**
 * Finds the number that stands for a piece of identity (a resource, a metric, a data point's attributes) by its raw bytes.
 *
 * The idea: a hash over (parent, kind, bytes) picks the slot in an open-addressing table, and the stored bytes are then
 * compared, so a collision costs a step but can never lie. Bounded by two generations: new and used entries live in the
 * young one; when that is full it becomes the old one and the former old one is dropped with everything not used since.
 * So what is used stays, what is not used goes, and no entry is ever moved by anything but its own use.
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
const firstSlots = 1_024;

export class IdentityTable {
  readonly #options: IdentityTableOptions;
  readonly #seed: number;
  #young: Generation;
  #old: Generation;
  #dropped = 0;

  constructor(options: IdentityTableOptions) {
    this.#options = options;
    this.#seed = options.seed ?? 0x5bd1e995;
    this.#young = new Generation();
    this.#old = new Generation();
  }

  /** The payload stored for these bytes under this parent and kind, or 0. Counts as use. */
  find(parent: number, kind: number, source: ByteRange): number {
    const { view, start, end } = source;
    const hash = hashBytes(source, Math.imul(parent ^ this.#seed, 0x9e3779b1) ^ Math.imul(kind + 1, 0x85ebca6b));
    source.hash = hash;
    const slot = this.#young.find(hash, parent, kind, view, start, end);
    if (slot >= 0) return this.#young.payloads[slot]!;
    if (this.#old.count === 0) return 0;
    const oldSlot = this.#old.find(hash, parent, kind, view, start, end);
    if (oldSlot < 0) return 0;
    const payload = this.#old.payloads[oldSlot]!;
    this.#old.payloads[oldSlot] = 0;
    if (payload !== 0) this.#store(parent, kind, source, payload);
    return payload;
  }

  /** Stores a payload (> 0) for bytes that `find` was just asked for with the same `source`. Replaces what was there. */
  add(parent: number, kind: number, source: ByteRange, payload: number): void {
    const slot = this.#young.find(source.hash, parent, kind, source.view, source.start, source.end);
    if (slot >= 0) this.#young.payloads[slot] = payload;
    else this.#store(parent, kind, source, payload);
  }

  /** Forgets every entry whose payload `isGone`. */
  forget(isGone: (payload: number) => boolean): void {
    for (const { payloads } of [this.#young, this.#old]) {
      for (let slot = 0; slot < payloads.length; slot++) {
        const payload = payloads[slot]!;
        if (payload === 0 || !isGone(payload)) continue;
        payloads[slot] = 0;
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
    return this.#young.arenaUsed + this.#old.arenaUsed;
  }

  #store(parent: number, kind: number, source: ByteRange, payload: number): void {
    const { maxEntries, maxBytes } = this.#options;
    const length = source.end - source.start;
    if (this.#young.count * 2 >= maxEntries || (this.#young.arenaUsed + length) * 2 > maxBytes) this.#rotate();
    if (length * 2 > maxBytes || !this.#young.insert(parent, kind, source, payload)) {
      this.#dropped++;
      this.#options.onDrop?.(payload);
    }
  }

  #rotate(): void {
    const { payloads } = this.#old;
    for (let slot = 0; slot < payloads.length; slot++) {
      if (payloads[slot] === 0) continue;
      this.#dropped++;
      this.#options.onDrop?.(payloads[slot]!);
    }
    this.#old = this.#young;
    this.#young = new Generation();
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

class Generation {
  count = 0;
  hashes = new Int32Array(firstSlots);
  parents = new Uint32Array(firstSlots);
  kinds = new Uint32Array(firstSlots);
  offsets = new Uint32Array(firstSlots);
  lengths = new Uint32Array(firstSlots);
  payloads = new Uint32Array(firstSlots);
  arena = new Uint8Array(16_384);
  arenaView = new DataView(this.arena.buffer);
  arenaUsed = 0;

  // Six positional arguments: this is the innermost call of the ingest path, and an options object per point costs more.
  find(hash: number, parent: number, kind: number, view: DataView, start: number, end: number): number {
    const { hashes } = this;
    const mask = hashes.length - 1;
    for (let slot = hash & mask, probes = 0; probes < maxProbes; slot = (slot + 1) & mask, probes++) {
      const found = hashes[slot]!;
      if (found === 0) return -1;
      if (
        found === hash &&
        this.parents[slot] === parent &&
        this.kinds[slot] === kind &&
        this.lengths[slot] === end - start &&
        this.#equals(this.offsets[slot]!, view, start, end)
      )
        return slot;
    }
    return -1;
  }

  #equals(offset: number, view: DataView, start: number, end: number): boolean {
    const stored = this.arenaView;
    let from = offset;
    let position = start;
    for (; position + 4 <= end; position += 4, from += 4) {
      if (stored.getInt32(from, true) !== view.getInt32(position, true)) return false;
    }
    for (; position < end; position++, from++) {
      if (stored.getUint8(from) !== view.getUint8(position)) return false;
    }
    return true;
  }

  insert(parent: number, kind: number, source: ByteRange, payload: number): boolean {
    if (this.count * 2 >= this.hashes.length) this.#grow();
    const { hash, bytes, start, end } = source;
    const slot = this.#freeSlot(hash);
    if (slot < 0) return false;
    const length = end - start;
    if (this.arenaUsed + length > this.arena.length) {
      const larger = new Uint8Array(Math.max(this.arena.length * 2, this.arenaUsed + length));
      larger.set(this.arena.subarray(0, this.arenaUsed));
      this.arena = larger;
      this.arenaView = new DataView(larger.buffer);
    }
    for (let i = 0; i < length; i++) this.arena[this.arenaUsed + i] = bytes[start + i]!;
    this.hashes[slot] = hash;
    this.parents[slot] = parent;
    this.kinds[slot] = kind;
    this.offsets[slot] = this.arenaUsed;
    this.lengths[slot] = length;
    this.payloads[slot] = payload;
    this.arenaUsed += length;
    this.count++;
    return true;
  }

  #freeSlot(hash: number): number {
    const mask = this.hashes.length - 1;
    for (let slot = hash & mask, probes = 0; probes < maxProbes; slot = (slot + 1) & mask, probes++) {
      if (this.hashes[slot] === 0) return slot;
    }
    return -1;
  }

  #grow(): void {
    const { hashes, parents, kinds, offsets, lengths, payloads } = this;
    const slots = hashes.length * 2;
    this.hashes = new Int32Array(slots);
    this.parents = new Uint32Array(slots);
    this.kinds = new Uint32Array(slots);
    this.offsets = new Uint32Array(slots);
    this.lengths = new Uint32Array(slots);
    this.payloads = new Uint32Array(slots);
    for (let from = 0; from < hashes.length; from++) {
      if (hashes[from] === 0) continue;
      const to = this.#freeSlot(hashes[from]!);
      // Cannot happen: a run only gets shorter when the table doubles. Its entry would merely be resolved again.
      if (to < 0) continue;
      this.hashes[to] = hashes[from]!;
      this.parents[to] = parents[from]!;
      this.kinds[to] = kinds[from]!;
      this.offsets[to] = offsets[from]!;
      this.lengths[to] = lengths[from]!;
      this.payloads[to] = payloads[from]!;
    }
  }
}

/** Murmur-like mix, four bytes at a step; never 0, which marks a free slot. */
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
  return hash === 0 ? 1 : hash;
}

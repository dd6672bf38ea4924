import { bucketCount, bucketOf, quantilesOf } from './duration-histogram.ts';

/** What was added up over a window. */
export interface RedTotals {
  count: number;
  errors: number;
  durationSum: number;
  durationMax: number;
  /** Of requests that called others: how many, and what they took without that. */
  ownCount: number;
  ownSum: number;
  inTokens: number;
  outTokens: number;
  costUsd: number;
  /** How much time the totals stand for, in milliseconds. */
  coveredMs: number;
  /** Errors by class; `null` when there were none. */
  errorClasses: Map<string, number> | null;
}

interface Slot {
  /** Number of the slot since the epoch; one that does not belong to the window counts as empty. */
  index: number;
  count: number;
  errors: number;
  durationSum: number;
  durationMax: number;
  ownCount: number;
  ownSum: number;
  inTokens: number;
  outTokens: number;
  costUsd: number;
  buckets: Uint32Array | null;
  /** The buckets in use: most agents answer within a narrow range. */
  lowest: number;
  highest: number;
  errorClasses: Map<string, number> | null;
}

const errorClassLimit = 16;

/**
 * Rate, errors and durations over a window that slides in slots: `slots` full ones and the one being filled. Spans are
 * counted when they arrive, not at their own time: a sender's clock and the delay of its exporter then cannot make a hole
 * or a hump. A window younger than its length is measured by its age, so that a new agent's rate is right at once.
 */
export class SlidingRed {
  readonly #slotMs: number;
  readonly #slots: Slot[] = [];
  readonly #slotCount: number;
  readonly #since: number;
  #lastAt: number;

  constructor(options: { slotMs: number; slots: number; now: number }) {
    this.#slotMs = options.slotMs;
    this.#slotCount = options.slots + 1;
    this.#since = options.now;
    this.#lastAt = options.now;
  }

  /** When anything was last added, epoch milliseconds. */
  get lastAt(): number {
    return this.#lastAt;
  }

  add(seconds: number, o: { errorClass: string | null; ownSeconds?: number | undefined; now: number }): void {
    const slot = this.#slotFor(o.now);
    slot.count++;
    slot.durationSum += seconds;
    if (seconds > slot.durationMax) slot.durationMax = seconds;
    if (o.ownSeconds !== undefined) {
      slot.ownCount++;
      slot.ownSum += o.ownSeconds;
    }
    slot.buckets ??= new Uint32Array(bucketCount);
    const bucket = bucketOf(seconds);
    slot.buckets[bucket] = slot.buckets[bucket]! + 1;
    if (bucket < slot.lowest) slot.lowest = bucket;
    if (bucket > slot.highest) slot.highest = bucket;
    if (o.errorClass === null) return;
    slot.errors++;
    slot.errorClasses ??= new Map();
    const name =
      slot.errorClasses.has(o.errorClass) || slot.errorClasses.size < errorClassLimit ? o.errorClass : 'other';
    slot.errorClasses.set(name, (slot.errorClasses.get(name) ?? 0) + 1);
  }

  addTokens(o: { inTokens: number; outTokens: number; costUsd: number; now: number }): void {
    const slot = this.#slotFor(o.now);
    slot.inTokens += o.inTokens;
    slot.outTokens += o.outTokens;
    slot.costUsd += o.costUsd;
  }

  /** Notes that the sender is there, without counting a request. */
  touch(now: number): void {
    if (now > this.#lastAt) this.#lastAt = now;
  }

  /** Adds the window's content into `into` (and its buckets into `buckets`), so that several can be added up. */
  collect(o: { now: number; windowMs?: number; buckets: Uint32Array | null; into: RedTotals }): void {
    const { now, buckets, into } = o;
    const windowMs = Math.min(o.windowMs ?? Number.POSITIVE_INFINITY, (this.#slotCount - 1) * this.#slotMs);
    const newest = Math.floor(now / this.#slotMs);
    const oldest = newest - Math.round(windowMs / this.#slotMs);
    const coveredMs = Math.min(now - oldest * this.#slotMs, Math.max(this.#slotMs, now - this.#since));
    into.coveredMs = Math.max(into.coveredMs, coveredMs);
    for (const slot of this.#slots) {
      if (slot.index < oldest || slot.index > newest) continue;
      into.count += slot.count;
      into.errors += slot.errors;
      into.durationSum += slot.durationSum;
      into.durationMax = Math.max(into.durationMax, slot.durationMax);
      into.ownCount += slot.ownCount;
      into.ownSum += slot.ownSum;
      into.inTokens += slot.inTokens;
      into.outTokens += slot.outTokens;
      into.costUsd += slot.costUsd;
      if (slot.errorClasses !== null) {
        into.errorClasses ??= new Map();
        for (const [name, count] of slot.errorClasses) {
          into.errorClasses.set(name, (into.errorClasses.get(name) ?? 0) + count);
        }
      }
      if (buckets === null || slot.buckets === null) continue;
      for (let i = slot.lowest; i <= slot.highest; i++) buckets[i] = buckets[i]! + slot.buckets[i]!;
    }
  }

  /** Gives the memory of an idle window back. */
  clear(): void {
    this.#slots.length = 0;
  }

  #slotFor(now: number): Slot {
    if (now > this.#lastAt) this.#lastAt = now;
    const index = Math.floor(now / this.#slotMs);
    const place = ((index % this.#slotCount) + this.#slotCount) % this.#slotCount;
    let slot = this.#slots[place];
    if (slot?.index === index) return slot;
    const buckets = slot?.buckets ?? null;
    buckets?.fill(0);
    slot = { ...emptySlot, index, buckets };
    while (this.#slots.length <= place) this.#slots.push({ ...emptySlot });
    this.#slots[place] = slot;
    return slot;
  }
}

const emptySlot: Slot = {
  index: Number.NEGATIVE_INFINITY,
  count: 0,
  errors: 0,
  durationSum: 0,
  durationMax: 0,
  ownCount: 0,
  ownSum: 0,
  inTokens: 0,
  outTokens: 0,
  costUsd: 0,
  buckets: null,
  lowest: bucketCount,
  highest: -1,
  errorClasses: null,
};

export function emptyTotals(): RedTotals {
  return {
    count: 0,
    errors: 0,
    durationSum: 0,
    durationMax: 0,
    ownCount: 0,
    ownSum: 0,
    inTokens: 0,
    outTokens: 0,
    costUsd: 0,
    coveredMs: 0,
    errorClasses: null,
  };
}

const scratch = new Uint32Array(bucketCount);

/** Collects one or several windows and reads the quantiles of all of them together. */
export function readTogether(
  windows: Iterable<SlidingRed>,
  o: { now: number; windowMs?: number; quantiles: readonly number[] },
): RedTotals & { readonly quantiles: readonly (number | null)[] } {
  scratch.fill(0);
  const into = emptyTotals();
  for (const window of windows) window.collect({ ...o, buckets: scratch, into });
  return Object.assign(into, {
    quantiles: quantilesOf(scratch, { total: into.count, quantiles: o.quantiles, max: into.durationMax }),
  });
}

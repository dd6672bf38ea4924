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
  /** When the first and the last of its requests ended, by the sender's clock; infinite where it was not said. */
  firstEndMs: number;
  lastEndMs: number;
}

const errorClassLimit = 16;
/** Exporters send in batches of five seconds, now and then the one before with the next. */
const usualDelayMs = 10_000;
/** Ends further apart than any exporter holds back are a clock that was set. */
const longestHeldMs = 600_000;

/**
 * Rate, errors and durations over a window that slides in slots: `slots` full ones and the one being filled. Spans are
 * counted when they arrive, not at their own time: a sender's clock and the delay of its exporter then cannot make a hole
 * or a hump. A window younger than its length is measured by its age, so that a new agent's rate is right at once. What a sender
 * held back while nobody could be reached comes at once, though, and is no surge: where ends are told and lie further apart than
 * the window, they say for how long the requests stand.
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

  /** `endMs` is the sender's time; only of a window with one sender, since clocks differ. True where the slot caught up. */
  add(
    seconds: number,
    o: { errorClass: string | null; ownSeconds?: number | undefined; endMs?: number; now: number },
  ): boolean {
    const slot = this.#slotFor(o.now);
    slot.count++;
    if (o.endMs !== undefined && Number.isFinite(o.endMs)) {
      if (o.endMs < slot.firstEndMs) slot.firstEndMs = o.endMs;
      if (o.endMs > slot.lastEndMs) slot.lastEndMs = o.endMs;
    }
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
    const isCatchingUp = slot.lastEndMs - slot.firstEndMs > this.#slotMs + usualDelayMs;
    if (o.errorClass === null) return isCatchingUp;
    slot.errors++;
    slot.errorClasses ??= new Map();
    const name =
      slot.errorClasses.has(o.errorClass) || slot.errorClasses.size < errorClassLimit ? o.errorClass : 'other';
    slot.errorClasses.set(name, (slot.errorClasses.get(name) ?? 0) + 1);
    return isCatchingUp;
  }

  /** Not yet as old as its length. */
  isYoung(now: number): boolean {
    return now - this.#since < (this.#slotCount - 1) * this.#slotMs;
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
    let firstEndMs = Number.POSITIVE_INFINITY;
    let lastEndMs = Number.NEGATIVE_INFINITY;
    for (const slot of this.#slots) {
      if (slot.index < oldest || slot.index > newest) continue;
      if (slot.firstEndMs < firstEndMs) firstEndMs = slot.firstEndMs;
      if (slot.lastEndMs > lastEndMs) lastEndMs = slot.lastEndMs;
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
    const apartMs = lastEndMs - firstEndMs;
    const isLate = apartMs > coveredMs + (this.isYoung(now) ? 0 : usualDelayMs) && apartMs < longestHeldMs;
    into.coveredMs = Math.max(into.coveredMs, isLate ? apartMs : coveredMs);
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
  firstEndMs: Number.POSITIVE_INFINITY,
  lastEndMs: Number.NEGATIVE_INFINITY,
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

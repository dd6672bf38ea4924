import type { Link, LinkKind } from '@jaegis/model';
import { readTogether, SlidingRed } from './sliding-red.ts';

export interface LinkEntry {
  readonly source: string;
  readonly target: string;
  readonly kind: LinkKind;
  readonly window: SlidingRed;
  lastSeen: number;
}

const quantiles = [0.5, 0.95];

/** Links by source, target and kind, each with its window. Bounded; a further link is refused and counted. */
export class LinkTable {
  readonly #byKey = new Map<string, LinkEntry>();
  readonly #targets = new Map<string, Map<string, number>>();
  readonly #o: { readonly limit: number; readonly slotMs: number; readonly slots: number };
  refused = 0;

  constructor(options: { limit: number; slotMs: number; slots: number }) {
    this.#o = options;
  }

  record(
    ends: { source: string; target: string; kind: LinkKind },
    o: { seconds: number; isError: boolean; now: number },
  ): void {
    const entry = this.#entry(ends, o.now);
    if (entry === undefined) return;
    entry.window.add(o.seconds, { errorClass: o.isError ? 'error' : null, now: o.now });
    if (o.now > entry.lastSeen) entry.lastSeen = o.now;
  }

  /** A link that exists without having been seen. */
  declare(ends: { source: string; target: string; kind: LinkKind }, now: number): void {
    this.#entry(ends, now);
  }

  has(source: string, target: string): boolean {
    return this.#targets.get(source)?.has(target) ?? false;
  }

  entries(): IterableIterator<LinkEntry> {
    return this.#byKey.values();
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Idle links give their memory back; those not seen for `forgetAfterMs` are forgotten, declared ones never. */
  sweep(now: number, forgetAfterMs: number): void {
    const windowMs = this.#o.slotMs * (this.#o.slots + 1);
    for (const [key, entry] of this.#byKey) {
      const idleMs = now - entry.lastSeen;
      if (idleMs > windowMs) entry.window.clear();
      if (idleMs < forgetAfterMs || entry.kind === 'declared') continue;
      this.#byKey.delete(key);
      const targets = this.#targets.get(entry.source)!;
      const left = targets.get(entry.target)! - 1;
      if (left > 0) targets.set(entry.target, left);
      else targets.delete(entry.target);
      if (targets.size === 0) this.#targets.delete(entry.source);
    }
  }

  #entry(ends: { source: string; target: string; kind: LinkKind }, now: number): LinkEntry | undefined {
    const key = `${ends.source}\u0000${ends.target}\u0000${ends.kind}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.#byKey.size >= this.#o.limit) {
      this.refused++;
      return undefined;
    }
    const window = new SlidingRed({ slotMs: this.#o.slotMs, slots: this.#o.slots, now });
    const entry = { ...ends, window, lastSeen: ends.kind === 'declared' ? 0 : now };
    this.#byKey.set(key, entry);
    let targets = this.#targets.get(ends.source);
    if (targets === undefined) {
      targets = new Map();
      this.#targets.set(ends.source, targets);
    }
    targets.set(ends.target, (targets.get(ends.target) ?? 0) + 1);
    return entry;
  }
}

/** Several entries as one link, under the names given. */
export function linkOf(
  entries: readonly LinkEntry[],
  o: { source: string; target: string; kind: LinkKind; now: number },
): Link {
  const windows = entries.map((entry) => entry.window);
  const totals = readTogether(windows, { now: o.now, quantiles });
  return {
    source: o.source,
    target: o.target,
    kind: o.kind,
    rate: totals.count === 0 ? 0 : totals.count / (totals.coveredMs / 1_000),
    errorRate: totals.count === 0 ? 0 : totals.errors / totals.count,
    p50: totals.quantiles[0]!,
    p95: totals.quantiles[1]!,
    lastSeen: entries.reduce((latest, entry) => Math.max(latest, entry.lastSeen), 0),
  };
}

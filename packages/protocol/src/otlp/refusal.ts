import type { Rejections, RejectReason } from '@jaegis/model';
import { WireError } from '../wire/wire-reader.ts';

/** Why one item was not taken: the counted word, and a sentence for its sender. */
export interface Refusal {
  readonly rejected: RejectReason;
  readonly message: string;
}

/** What a store says of a series that it does not take. */
export interface StoreRefusal {
  readonly rejected: RejectReason;
  /** In words what is too much, where there is more to say than the reason. */
  readonly detail?: string;
}

export function refusedByStore(name: string, { rejected, detail }: StoreRefusal): Refusal {
  return {
    rejected,
    message: `the store does not take series ${quoted(name)}${detail === undefined ? '' : `: ${detail}`}`,
  };
}

/** Collects refusals of one request: counts by reason, and the first sentence of each reason. */
export class RefusalTally {
  readonly #counts = new Map<RejectReason, { count: number; message: string }>();
  total = 0;

  add(refusal: Refusal, count = 1): void {
    this.total += count;
    const entry = this.#counts.get(refusal.rejected);
    if (entry === undefined) this.#counts.set(refusal.rejected, { count, message: refusal.message });
    else entry.count += count;
  }

  counts(): Rejections {
    const counts: Rejections = {};
    for (const [reason, { count }] of this.#counts) counts[reason] = count;
    return counts;
  }

  /** `3 invalid_name (metric name "a\nb" holds ...); 1 too_old (...)`, or empty. */
  message(): string {
    return [...this.#counts].map(([reason, { count, message }]) => `${count} ${reason} (${message})`).join('; ');
  }
}

/** An outside text as it may appear in a message: quoted, escaped, short. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/**
 * What is wrong inside one name or value refuses what carries it and not the whole request: a collector's request holds
 * many agents.
 */
export function orRefusal<T>(read: () => T): T | Refusal {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) return { rejected: 'malformed', message: error.message };
    throw error;
  }
}

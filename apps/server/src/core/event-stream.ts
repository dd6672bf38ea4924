import type { FleetEvent } from '@jaegis/model';

type Unnumbered<E> = E extends FleetEvent ? Omit<E, 'seq'> : never;
export type NewEvent = Unnumbered<FleetEvent>;

/** One event with its wire form (as server-sent events have it), which is made once for all who listen. */
export type PublishedEvent = FleetEvent & { readonly text: string };

export type EventListener = (event: PublishedEvent) => void;

const keptEvents = 10_000;
/** Agents may carry long labels, and a tick the values of thousands of pools: the count alone bounds nothing. */
const keptBytes = 16 * 1024 * 1024;
const maxListeners = 1_000;

/**
 * Everything that happens, numbered. Listeners get it at once; one that comes back later asks for what it missed.
 * Numbers start from the time of the start, so that they grow over restarts too and an old `Last-Event-ID` stays valid.
 */
export class EventStream {
  /** In order; those before `#first` have been given up. */
  #kept: PublishedEvent[] = [];
  #first = 0;
  #bytes = 0;
  readonly #listeners = new Set<EventListener>();
  #seq: number;

  constructor(now: number) {
    this.#seq = now * 1_000;
  }

  publish(event: NewEvent): void {
    this.#seq++;
    const published = { ...event, seq: this.#seq, text: formatEvent(event, this.#seq) } as PublishedEvent;
    this.#keep(published);
    for (const listener of this.#listeners) listener(published);
  }

  /** Events after `seq` that are still kept, oldest first, at most `limit`. */
  since(seq: number, limit = Number.POSITIVE_INFINITY): PublishedEvent[] {
    let low = this.#first;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#kept[middle]!.seq <= seq) low = middle + 1;
      else high = middle;
    }
    return this.#kept.slice(low, low + limit);
  }

  get lastSeq(): number {
    return this.#seq;
  }

  /** `undefined` when too many listen already. */
  listen(listener: EventListener): (() => void) | undefined {
    if (this.#listeners.size >= maxListeners) return undefined;
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  #keep(event: PublishedEvent): void {
    this.#kept.push(event);
    this.#bytes += event.text.length;
    while (
      this.#kept.length - this.#first > keptEvents ||
      (this.#bytes > keptBytes && this.#kept.length - this.#first > 1)
    ) {
      this.#bytes -= this.#kept[this.#first]!.text.length;
      this.#first++;
    }
    // What was given up is let go of in one piece now and then, not one by one.
    if (this.#first > 1_000 && this.#first * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#first);
      this.#first = 0;
    }
  }
}

function formatEvent(event: NewEvent, seq: number): string {
  return `id: ${seq}\nevent: ${event.event}\ndata: ${JSON.stringify({ ...event.data, seq })}\n\n`;
}

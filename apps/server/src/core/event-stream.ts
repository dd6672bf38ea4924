import type { FleetEvent } from '@jaegis/model';
import { RingBuffer } from '@jaegis/std';

type Unnumbered<E> = E extends FleetEvent ? Omit<E, 'seq'> : never;
export type NewEvent = Unnumbered<FleetEvent>;
export type EventListener = (event: FleetEvent) => void;

const keptEvents = 10_000;
const maxListeners = 1_000;

/**
 * Everything that happens, numbered. Listeners get it at once; one that comes back later asks for what it missed.
 * Numbers start from the time of the start, so that they grow over restarts too and an old `Last-Event-ID` stays valid.
 */
export class EventStream {
  readonly #kept = new RingBuffer<FleetEvent>(keptEvents);
  readonly #listeners = new Set<EventListener>();
  #seq: number;

  constructor(now: number) {
    this.#seq = now * 1_000;
  }

  publish(event: NewEvent): void {
    this.#seq++;
    const numbered = { ...event, seq: this.#seq } as FleetEvent;
    this.#kept.push(numbered);
    for (const listener of this.#listeners) listener(numbered);
  }

  /** Events after `seq` that are still kept, oldest first. */
  since(seq: number): FleetEvent[] {
    return [...this.#kept].filter((event) => event.seq > seq);
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
}

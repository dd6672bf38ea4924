import type { FleetEvent } from '@jaegis/model';
import { SseParser } from '../data/sse-parser.ts';

// The live line to the server. `fetch` and not EventSource, so that the token can be sent; so reconnecting and
// resuming (Last-Event-ID) are ours to do. A silent line is a dead one: the server says something every 15 s.

export interface EventLinkOptions {
  readonly url: string;
  readonly headers: () => Record<string, string>;
  readonly onEvents: (events: FleetEvent[]) => void;
  /** Open again after having been lost, or for the first time. */
  readonly onOpen: (isFirst: boolean) => void;
  readonly onLost: (lost: { since: number; retryAt: number }) => void;
  readonly onRefused: () => void;
}

const silenceMs = 40_000;
const firstDelayMs = 500;
const longestDelayMs = 15_000;
const eventNames = new Set(['agent', 'anomaly', 'alert', 'incident', 'decision', 'sample-batch']);

export class EventLink {
  readonly #options: EventLinkOptions;
  #lastId = '';
  #heardAt = Date.now();
  #attempt = 0;
  #isOpened = false;
  #isClosed = false;
  #abort = new AbortController();
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: EventLinkOptions) {
    this.#options = options;
    void this.#connect();
  }

  /** Tries at once instead of waiting for the next turn. */
  retryNow(): void {
    if (this.#retry === undefined || this.#isClosed) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    void this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#abort.abort();
  }

  async #connect(): Promise<void> {
    this.#abort = new AbortController();
    const headers: Record<string, string> = { accept: 'text/event-stream', ...this.#options.headers() };
    if (this.#lastId !== '') headers['last-event-id'] = this.#lastId;
    try {
      const response = await fetch(this.#options.url, { headers, signal: this.#abort.signal, cache: 'no-store' });
      if (response.status === 401) {
        this.#options.onRefused();
        return;
      }
      if (!response.ok || response.body === null) throw new Error(`event stream answered ${response.status}`);
      this.#attempt = 0;
      this.#heardAt = Date.now();
      this.#options.onOpen(!this.#isOpened);
      this.#isOpened = true;
      await this.#read(response.body);
    } catch {
      // Whatever it was, the answer is the same: say so and try again.
    }
    if (!this.#isClosed) this.#scheduleRetry();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    const parser = new SseParser();
    const decoder = new TextDecoder();
    const watchdog = setInterval(() => {
      if (Date.now() - this.#heardAt > silenceMs) this.#abort.abort();
    }, 5_000);
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.#heardAt = Date.now();
        const events = parser.push(decoder.decode(value, { stream: true })).flatMap((each) => this.#understand(each));
        if (events.length > 0) this.#options.onEvents(events);
      }
    } finally {
      clearInterval(watchdog);
    }
  }

  #understand(each: { id: string; event: string; data: string }): FleetEvent[] {
    if (each.id !== '') this.#lastId = each.id;
    if (!eventNames.has(each.event)) return [];
    try {
      const data = JSON.parse(each.data) as { seq?: number };
      return [{ event: each.event, seq: data.seq ?? Number(each.id), data } as unknown as FleetEvent];
    } catch {
      return [];
    }
  }

  #scheduleRetry(): void {
    this.#attempt++;
    const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (this.#attempt - 1)) * (0.75 + Math.random() / 4);
    this.#options.onLost({ since: this.#heardAt, retryAt: Date.now() + delayMs });
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#connect();
    }, delayMs);
  }
}

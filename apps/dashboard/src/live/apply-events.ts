import type { FleetEvent, Incident, Page, Pool, TimelineItem } from '@jaegis/model';
import type { QueryClient } from '@tanstack/react-query';
import { agentRows } from '../data/agent-rows.ts';
import { mergeById, mergeDecision, mergeSamples, mergeTimeline, rowOfAgent, timelineItemOf } from './event-merge.ts';

/** Asked again at most this often because of events; the events themselves are on the screen at once. */
const askAgainMs = 1_000;
/** The list of pools at most this often for each pool in it: what a decision says of its own pool is there already. */
const askAgainPerPoolMs = 10;
/** The screen changes at most this often: seen at once by a person, and a flood of events costs no more than a few. */
const betweenMs = 120;

/** Gathers events until the next frame, then changes everything on the screen once. */
export class EventApplier {
  readonly #client: QueryClient;
  #waiting: FleetEvent[] = [];
  #isScheduled = false;
  #appliedAt = 0;
  #poolsAskedAt = Number.NEGATIVE_INFINITY;
  #stale = new Set<string>();
  #askAgain: ReturnType<typeof setTimeout> | undefined;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  take(events: readonly FleetEvent[]): void {
    this.#waiting.push(...events);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // A page in the background paints no frames; there a timer keeps the queue short.
    const waitMs = document.hidden ? 250 : Math.max(0, this.#appliedAt + betweenMs - performance.now());
    if (document.hidden) setTimeout(() => this.#apply(), waitMs);
    else if (waitMs === 0) requestAnimationFrame(() => this.#apply());
    else setTimeout(() => requestAnimationFrame(() => this.#apply()), waitMs);
  }

  #apply(): void {
    const events = this.#waiting;
    this.#waiting = [];
    this.#isScheduled = false;
    this.#appliedAt = performance.now();
    for (const event of events) this.#applyOne(event);
    agentRows.settle();
  }

  #applyOne(event: FleetEvent): void {
    const client = this.#client;
    const item = timelineItemOf(event);
    if (item !== null)
      client.setQueryData<Page<TimelineItem>>(['timeline'], (page) => page && mergeTimeline(page, item));
    switch (event.event) {
      case 'agent':
        agentRows.put(rowOfAgent(event.data, agentRows.get(event.data.instanceId)));
        this.#askSoon('health', `agent/${event.data.instanceId}`);
        return;
      case 'incident':
        client.setQueryData<Page<Incident>>(['incidents'], (page) => page && mergeById(page, event.data));
        client.setQueryData<Incident>(['incident', event.data.id], (known) => known && event.data);
        this.#askSoon('health');
        return;
      case 'alert':
        this.#askSoon('health', 'incident-alerts');
        return;
      case 'anomaly':
        this.#askSoon('health', ...(event.data.agent === null ? [] : [`agent/${event.data.agent}`]));
        return;
      case 'decision':
        client.setQueryData<Page<Pool>>(['pools'], (page) => page && mergeDecision(page, event.data));
        client.setQueryData(['decision', event.data.id], (known: unknown) => known && event.data);
        this.#askSoon('decisions', ...(this.#isPoolsDue() ? ['pools'] : []));
        return;
      case 'sample-batch':
        client.setQueryData<Page<Pool>>(['pools'], (page) => page && mergeSamples(page, event.data));
    }
  }

  #isPoolsDue(): boolean {
    const count = this.#client.getQueryData<Page<Pool>>(['pools'])?.items.length ?? 0;
    const isDue = performance.now() - this.#poolsAskedAt >= count * askAgainPerPoolMs;
    if (isDue) this.#poolsAskedAt = performance.now();
    return isDue;
  }

  #askSoon(...keys: string[]): void {
    for (const key of keys) this.#stale.add(key);
    this.#askAgain ??= setTimeout(() => {
      const keys = this.#stale;
      this.#stale = new Set();
      this.#askAgain = undefined;
      for (const key of keys) {
        const slash = key.indexOf('/');
        const queryKey = slash < 0 ? [key] : [key.slice(0, slash), key.slice(slash + 1)];
        void this.#client.invalidateQueries({ queryKey });
      }
    }, askAgainMs);
  }
}
